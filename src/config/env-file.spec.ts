import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvFile } from './env-file.js';

const TEXT = 'FIRST=1\r\nSECOND="two words" # a note\n';

describe('a settings file', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'nba-env-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['without a mark', Buffer.from(TEXT)],
    ['with a byte order mark', Buffer.from(`\ufeff${TEXT}`)],
    ['in UTF-16, as Windows PowerShell writes it', Buffer.from(`\ufeff${TEXT}`, 'utf16le')],
  ])('keeps its first key %s', (_, bytes) => {
    const path = join(folder, '.env');
    writeFileSync(path, bytes);
    expect(readEnvFile(path)).toEqual({ FIRST: '1', SECOND: 'two words' });
  });

  it('sets nothing where there is none', () => {
    expect(readEnvFile(join(folder, 'none'))).toEqual({});
  });

  it('is named where it is a folder', () => {
    expect(() => readEnvFile(folder)).toThrow(/^The settings file .* can't be read \(EISDIR\)/);
  });
});
