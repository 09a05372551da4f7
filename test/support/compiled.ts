import { transformSync } from '@swc/core';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Inside the project, so that packages are found from there. */
const FOLDER = '.test-build';
const SOURCES = ['src', 'migrations', 'bench', 'test/fixtures', 'test/support', 'ormconfig.ts'];
/** Builds of other states of the sources are removed when nobody used them for so long, in ms. */
const UNUSED_AFTER_MS = 3_600_000;

/**
 * The compiled form of a source such as `src/main.ts`, for processes of their own: compiled once a run,
 * since a process that compiles what it loads takes three times as long to start.
 */
export function compiled(source: string): string {
  const build = process.env.TEST_BUILD;
  if (build === undefined) throw new Error('The global set-up has not compiled the sources.');
  return join(build, source.replace(/\.ts$/, '.js'));
}

/** Compiles the sources unless that was done in this state of them, and notes where. */
export function compileSources(): void {
  const files = SOURCES.flatMap(filesIn).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'),
  );
  const hash = createHash('sha256');
  const texts = files.map((file) => [file, readFileSync(file, 'utf8')] as const);
  for (const [file, text] of texts) hash.update(file).update('\0').update(text).update('\0');
  const build = resolve(FOLDER, hash.digest('hex').slice(0, 16));
  removeUnused(build);
  if (!existsSync(build)) {
    const beside = `${build}.${process.pid}`;
    for (const [file, text] of texts) {
      const target = join(beside, file.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, compile(file, text));
    }
    writeFileSync(join(beside, 'package.json'), '{"type":"module"}');
    try {
      renameSync(beside, build);
    } catch (error) {
      // Another run was faster.
      if (!existsSync(build)) throw error;
      rmSync(beside, { recursive: true, force: true });
    }
  }
  const now = new Date();
  utimesSync(build, now, now);
  process.env.TEST_BUILD = build;
}

function compile(filename: string, text: string): string {
  return transformSync(text, {
    filename,
    swcrc: false,
    sourceMaps: 'inline',
    module: { type: 'es6' },
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: {
        legacyDecorator: true,
        decoratorMetadata: true,
        useDefineForClassFields: false,
      },
      keepClassNames: true,
    },
  }).code;
}

function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesIn(join(path, name)));
}

function removeUnused(wanted: string): void {
  if (!existsSync(FOLDER)) return;
  for (const name of readdirSync(FOLDER)) {
    const path = resolve(FOLDER, name);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (path !== wanted && age > UNUSED_AFTER_MS) rmSync(path, { recursive: true, force: true });
  }
}
