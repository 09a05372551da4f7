import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

/** A rule of dependency-cruiser that lists which folders one may import. */
interface Rule {
  readonly name: string;
  readonly from: { readonly path: string };
  readonly to: { readonly pathNot?: readonly string[] };
}

/** What each folder may import, by its path in `src/`. */
type Arrows = Readonly<Record<string, string>>;

const NONE = 'nothing';

const { forbidden } = createRequire(resolve('package.json'))('./.dependency-cruiser.cjs') as {
  readonly forbidden: readonly Rule[];
};

const enforced: Arrows = Object.fromEntries(
  forbidden
    .filter(({ name }) => name.startsWith('arrows-of-'))
    .map(({ from, to }) => {
      const [, ...allowed] = /\((.*)\)/.exec(to.pathNot?.[0] ?? '')?.[1]?.split('|') ?? [];
      return [from.path.replace(/^\^src\/|\/$/g, ''), allowed.join(', ') || NONE];
    }),
);

/** The rows of the two tables of the page: a folder in a line, and the folders of a module in a line. */
const documented: Arrows = Object.fromEntries([
  ...found(/^\| `([a-z-]+)\/` +\|.*\| ([^|]+?) +\|$/gm).map(([, of, may]) => [of, may]),
  ...found(/^\| `([a-z-]+)` +\| ([^|]*→[^|]*?) +\|$/gm).flatMap(([, module, arrows = '']) =>
    arrows.split(' · ').flatMap((arrow) => {
      const [folders = '', may] = arrow.replaceAll('`', '').split(' → ');
      return folders.split(', ').map((folder) => [`${module}/${folder}`, may]);
    }),
  ),
]) as Arrows;

function found(row: RegExp): RegExpExecArray[] {
  return [...readFileSync('docs/architecture.md', 'utf8').matchAll(row)];
}

const foldersIn = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

describe('the arrows between folders', () => {
  it('stand in the documentation as they are enforced', () => {
    expect(documented).toEqual(enforced);
  });

  it('are those of every folder, and of every folder of a module that has some', () => {
    const modules = new Set(
      Object.keys(enforced).flatMap((path) => /^(.*)\//.exec(path)?.[1] ?? []),
    );
    const folders = foldersIn('src').flatMap((module) => [
      module,
      ...(modules.has(module) ? foldersIn(`src/${module}`).map((name) => `${module}/${name}`) : []),
    ]);
    expect(Object.keys(enforced).sort()).toEqual(folders.sort());
  });
});
