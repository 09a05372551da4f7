import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePrivateFolder } from './private-folder.js';
import { StartError } from './start-error.js';

const isRoot = process.getuid?.() === 0;

describe('a folder of the application', () => {
  let base: string;
  beforeEach(() => (base = mkdtempSync(join(tmpdir(), 'nba-folder-'))));
  afterEach(() => rmSync(base, { recursive: true }));

  it('is made with its parents, with exactly its mode', () => {
    const path = join(base, 'a', 'b');
    makePrivateFolder(path, 0o700);
    expect(statSync(path).mode & 0o7777).toBe(0o700);
    makePrivateFolder(path, 0o755);
    expect(statSync(path).mode & 0o7777).toBe(0o755);
  });

  it('is refused in one sentence if its path is a file', () => {
    const path = join(base, 'file');
    writeFileSync(path, '');
    expect(() => makePrivateFolder(path, 0o700)).toThrow(StartError);
    expect(() => makePrivateFolder(path, 0o700)).toThrow(/is not a folder: .*DATA_DIR/);
    expect(() => makePrivateFolder(join(path, 'below'), 0o700)).toThrow(/ENOTDIR.*DATA_DIR/);
  });

  it('is refused if its path is a symbolic link', () => {
    const path = join(base, 'link');
    symlinkSync(base, path);
    expect(() => makePrivateFolder(path, 0o700)).toThrow(/is not a folder/);
  });

  it('names the code of what keeps it from being made', () => {
    expect(() => makePrivateFolder('/proc/nba/data', 0o700)).toThrow(/\/proc\/nba\/data.*DATA_DIR/);
    expect(() => makePrivateFolder('/proc/nba/data', 0o700)).toThrow(StartError);
  });

  (isRoot ? it : it.skip)('is refused if it belongs to another user, naming both users', () => {
    const path = join(base, 'theirs');
    mkdirSync(path, { mode: 0o777 });
    chownSync(path, 12_345, 12_345);
    expect(() => makePrivateFolder(path, 0o700)).toThrow(
      /belongs to uid 12345, this is uid 0\): .*DATA_DIR to a folder below it/,
    );
  });
});
