import { type NextBestAction } from './next-best-action.entity.js';

/** Stands between the parts of a text, so that no search finds one that begins in one and ends in the next. */
const SEPARATOR = '\u001f';

/**
 * A text as search compares it: lower case, canonical composition (Unicode NFC), and one small sigma. The
 * application folds, because what PostgreSQL's lower() and ILIKE do depends on the locale of the database.
 */
export function foldForSearch(text: string): string {
  return text.toLowerCase().normalize('NFC').replaceAll('ς', 'σ');
}

/** What search reads of an NBA: its title, reason and rule. */
export function searchTextOf({
  title,
  reason,
  createdByRule,
}: Readonly<Pick<NextBestAction, 'title' | 'reason' | 'createdByRule'>>): string {
  return [title, reason ?? '', createdByRule ?? ''].map(foldForSearch).join(SEPARATOR);
}

/** The LIKE pattern for texts that hold a text; `%`, `_` and `\\` mean themselves. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
