import { readFileSync } from 'node:fs';
import { VERSION } from './kernel/version.js';

const versionOf = (file: string): string =>
  (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;

describe('the changelog', () => {
  const headings = readFileSync('CHANGELOG.md', 'utf8').match(/^## .*$/gm) ?? [];

  it('begins with what is not released, then with the version of the package', () => {
    const version = versionOf('package.json');
    expect(headings.slice(0, 2)).toEqual(['## Unreleased', `## ${version}`]);
    expect(versionOf('package-lock.json')).toBe(version);
    expect(VERSION).toBe(version);
  });
});
