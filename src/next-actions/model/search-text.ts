import { foldedTexts } from '../../kernel/search-text.js';
import { type NextBestAction } from './next-best-action.entity.js';

/** What search reads of an NBA: its title, reason and rule. */
export function searchTextOf({
  title,
  reason,
  createdByRule,
}: Readonly<Pick<NextBestAction, 'title' | 'reason' | 'createdByRule'>>): string {
  return foldedTexts(title, reason, createdByRule);
}
