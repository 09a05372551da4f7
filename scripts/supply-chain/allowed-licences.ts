import { type ProductionPackage } from './production-packages.js';

/** Permissive licences: they ask for their text to be kept, and nothing of the code that uses them. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Python-2.0',
  'Unlicense',
]);

/** Packages that say it elsewhere than in package.json: by name and version, where it was read. */
const READ_ELSEWHERE: Readonly<Record<string, string>> = {
  // Its Readme.md has the text of the licence.
  'pause@0.0.1': 'MIT',
};

/** One sentence for each package whose licence is not allowed, or not known. */
export function refusedLicences(packages: readonly ProductionPackage[]): string[] {
  return packages.flatMap(({ name, version, licences }) => {
    const elsewhere = READ_ELSEWHERE[`${name}@${version}`];
    const found = elsewhere === undefined ? licences : [elsewhere];
    if (found.length > 0 && found.every(isAllowed)) return [];
    return [`${name}@${version} is under ${found.join(', ') || 'no licence that it names'}.`];
  });
}

/** Of an expression such as `(MIT OR GPL-3.0)` one alternative must be allowed, with all that it joins by AND. */
function isAllowed(expression: string): boolean {
  return expression
    .replaceAll(/[()]/g, '')
    .split(/ OR /)
    .some((alternative) => alternative.split(/ AND /).every((id) => ALLOWED.has(id.trim())));
}
