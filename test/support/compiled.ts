import { transformSync } from '@swc/core';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { builtOnce } from './built-once.js';

const SOURCES = ['src', 'migrations', 'bench', 'test/fixtures', 'test/support', 'ormconfig.ts'];

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
  process.env.TEST_BUILD = builtOnce(hash.digest('hex').slice(0, 16), (beside) => {
    for (const [file, text] of texts) {
      const target = join(beside, file.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, compile(file, text));
    }
    writeFileSync(join(beside, 'package.json'), '{"type":"module"}');
  });
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
