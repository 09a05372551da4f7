import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Output of the script: one line per fault, empty if the check passes. */
function run(...args: string[]): { ok: boolean; said: string } {
  const script = ['scripts/migration-hashes.mjs', ...args];
  const { status, stderr } = spawnSync(process.execPath, script, { encoding: 'utf8' });
  return { ok: status === 0, said: stderr };
}

describe('The migrations', () => {
  it('are those that landed', () => {
    expect(run()).toEqual({ ok: true, said: '' });
  });
});

describe('The hashes of migrations', () => {
  const FIRST = '1000-First.ts';
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nba-migrations-'));
    writeFileSync(join(folder, FIRST), 'first\n');
    expect(land().ok).toBe(true);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const check = () => run('--folder', folder);
  const land = () => run('--folder', folder, '--add');
  const recorded = () => readFileSync(join(folder, 'hashes.json'), 'utf8');

  it('refuse a migration that was changed after it landed, also when landing another', () => {
    const before = recorded();
    appendFileSync(join(folder, FIRST), 'more\n');
    writeFileSync(join(folder, '2000-Second.ts'), 'second\n');
    expect(check().said).toContain(`${FIRST} was changed after it landed: restore it with git`);
    expect(land()).toMatchObject({ ok: false, said: expect.stringContaining('new migration') });
    expect(recorded()).toBe(before);
  });

  it('take the line ends of a checkout on Windows for the same text', () => {
    writeFileSync(join(folder, FIRST), 'first\r\n');
    expect(check()).toEqual({ ok: true, said: '' });
  });

  it('name the command that lands a new migration', () => {
    writeFileSync(join(folder, '2000-Second.ts'), 'second\n');
    expect(check()).toMatchObject({
      ok: false,
      said: expect.stringMatching(/2000-Second\.ts has no hash .* npm run migration:land/),
    });
    expect(land().ok).toBe(true);
    expect(check()).toEqual({ ok: true, said: '' });
    expect(Object.keys(JSON.parse(recorded()) as object)).toEqual([FIRST, '2000-Second.ts']);
  });

  it('refuse a migration that is gone, and a new one that would run before it', () => {
    renameSync(join(folder, FIRST), join(folder, '0900-First.ts'));
    const { ok, said } = land();
    expect(ok).toBe(false);
    expect(said).toContain(`${FIRST} was removed after it landed`);
    expect(said).toContain(`0900-First.ts is new and older than ${FIRST}`);
  });
});
