import { type SearchedTable } from '../../database/search/searched-table.js';
import { foldedTexts } from '../../kernel/search-text.js';
import { type NextBestAction } from './next-best-action.entity.js';

/** The search of next best actions. */
export const NEXT_ACTION_SEARCH: SearchedTable = {
  table: 'next_best_actions',
  index: 'ix_next_best_actions_search',
  // Queued ones alone: a press that closes one would pay for each of its trigrams.
  where: `status = 'queued'`,
  columns: ['title', 'reason', 'created_by_rule'],
};

/** What search reads of an NBA: its title, reason and rule. */
export function searchTextOf({
  title,
  reason,
  createdByRule,
}: Readonly<Pick<NextBestAction, 'title' | 'reason' | 'createdByRule'>>): string {
  return foldedTexts(title, reason, createdByRule);
}
