import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasConsolePage } from './console-files.js';

describe('the files of the console', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'console-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('make a console only with its page', () => {
    expect(hasConsolePage(join(folder, 'missing'))).toBe(false);
    writeFileSync(join(folder, 'icon.svg'), '<svg/>');
    expect(hasConsolePage(folder)).toBe(false);
    writeFileSync(join(folder, 'index.html'), '<p>');
    expect(hasConsolePage(folder)).toBe(true);
  });
});
