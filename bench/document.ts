import { readFileSync, writeFileSync } from 'node:fs';

/** Replaces what a document has between `<!-- bench: name -->` and `<!-- /bench: name -->`. */
export function writeInto(document: string, name: string, text: string): void {
  const [begin, end] = [`<!-- bench: ${name} -->`, `<!-- /bench: ${name} -->`];
  const before = readFileSync(document, 'utf8');
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${document} has no place for ${begin}.`);
  writeFileSync(
    document,
    `${before.slice(0, from + begin.length)}\n\n${text}\n\n${before.slice(to)}`,
  );
}
