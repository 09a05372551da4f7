import { cpSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** Whether a path of the project is sent to a build. */
export type Included = (path: string) => boolean;

/**
 * Reads `.dockerignore`: the last pattern that matches a path, or a folder above it, decides. Source: the Dockerfile
 * reference. Of the patterns, `*` stands for anything but a slash, and a leading `**` for any folders.
 */
export function readDockerignore(text: string): Included {
  const rules = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ included: line.startsWith('!'), pattern: patternOf(line.replace('!', '')) }));
  return (path) => rules.findLast(({ pattern }) => pattern.test(path))?.included ?? true;
}

function patternOf(glob: string): RegExp {
  const source = glob
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replace(/^\*\*\//, '(?:.+/)?')
    .replaceAll(/\*/g, '[^/]*');
  return new RegExp(`^${source}(?:/|$)`);
}

/** Copies a path of the project, without what `.dockerignore` leaves out. */
export function copyIncluded(source: string, target: string): void {
  const included = readDockerignore(readFileSync('.dockerignore', 'utf8'));
  cpSync(source, target, {
    recursive: true,
    filter: (path) => included(relative('.', join(path)).split(sep).join('/')),
  });
}
