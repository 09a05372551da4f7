import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the templates are that a person fills, too. */
export const TEMPLATES = 'deploy/patroni';

/** The values of a template, by the names of its places. */
export type TemplateValues = Readonly<Record<string, string>>;

const PLACE = /\$\{([A-Z][A-Z0-9_]*)\}/g;

/** The names of the places of a template, each once. */
export function placesOf(template: string): string[] {
  return [...new Set(Array.from(template.matchAll(PLACE), ([, name = '']) => name))];
}

/**
 * Puts a value into each `${NAME}`, as envsubst does. Throws where a value is missing, and on a `$` that
 * envsubst would take for a place of its own and leave empty.
 */
export function fill(template: string, values: TemplateValues): string {
  const filled = template.replace(PLACE, (place, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`There is no value for ${place}.`);
    return value;
  });
  const left = /\$\{?[A-Za-z_]\w*\}?/.exec(template.replace(PLACE, ''));
  if (left)
    throw new Error(`${left[0]} is no place: its name must have capital letters and braces.`);
  return filled;
}

/** Reads a template and fills it. */
export function filledTemplate(file: string, values: TemplateValues): string {
  try {
    return fill(readFileSync(join(TEMPLATES, file), 'utf8'), values);
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
}

/** The settings of a filled file of `NAME=value` lines. */
export function settingsIn(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}
