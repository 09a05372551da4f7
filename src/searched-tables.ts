import { type SearchedTable } from './database/search/searched-table.js';
import { NEXT_ACTION_SEARCH } from './next-actions/model/search-text.js';
import { WORK_ITEM_SEARCH } from './work-items/work-items.search.js';

/** All tables that are searched by a trigram index. */
export const searchedTables: readonly SearchedTable[] = [NEXT_ACTION_SEARCH, WORK_ITEM_SEARCH];
