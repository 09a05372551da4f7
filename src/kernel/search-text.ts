/** Stands between the parts of a text, so that no search finds one that begins in one and ends in the next. */
const SEPARATOR = '\u001f';

/**
 * A text as search compares it: lower case, canonical composition (Unicode NFC), and one small sigma. The
 * application folds, because what PostgreSQL's lower() and ILIKE do depends on the locale of the database.
 */
export function foldForSearch(text: string): string {
  return text.toLowerCase().normalize('NFC').replaceAll('ς', 'σ');
}

/** What search reads of a row: the texts, folded, one after the other. */
export function foldedTexts(...texts: readonly (string | null)[]): string {
  return texts.map((text) => foldForSearch(text ?? '')).join(SEPARATOR);
}

/** The LIKE pattern for texts that hold a text; `%`, `_` and `\\` mean themselves. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
