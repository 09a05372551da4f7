import { readdirSync, readFileSync } from 'node:fs';

describe('the documentation', () => {
  const pages = readdirSync('docs').filter((name) => name.endsWith('.md') && name !== 'README.md');
  const index = readFileSync('docs/README.md', 'utf8');

  it.each([...pages, '../CONTRIBUTING.md'])(
    'lists %s, which begins with whom it is for',
    (page) => {
      expect(index).toContain(`](${page})`);
      expect(readFileSync(`docs/${page}`, 'utf8')).toMatch(/^# [^\n]+\n\n_For [^_\n]+[.:]?_/);
    },
  );
});
