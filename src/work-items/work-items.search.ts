import { type SearchedTable } from '../database/search/searched-table.js';

/** The search of work items, open and closed: push.ts folds the text. */
export const WORK_ITEM_SEARCH: SearchedTable = {
  table: 'work_items',
  index: 'ix_work_items_search',
  columns: ['title', 'external_id'],
};
