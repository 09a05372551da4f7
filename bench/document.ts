import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const PRETTIER = createRequire(import.meta.url).resolve('prettier/bin/prettier.cjs');

/**
 * Replaces what a document has between `<!-- bench: name -->` and `<!-- /bench: name -->`, and
 * formats the document, so that new figures pass `npm run check`.
 */
export function writeInto(document: string, name: string, text: string): void {
  const [begin, end] = [`<!-- bench: ${name} -->`, `<!-- /bench: ${name} -->`];
  const before = readFileSync(document, 'utf8');
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${document} has no place for ${begin}.`);
  writeFileSync(
    document,
    `${before.slice(0, from + begin.length)}\n\n${text}\n\n${before.slice(to)}`,
  );
  execFileSync(process.execPath, [PRETTIER, '--write', '--log-level', 'warn', document]);
}
