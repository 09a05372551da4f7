import { SCOPE } from '../../ui/filter-values.js';

/** What the address of the page may hold: the scope whose score is shown. */
export const SCORE_FILTERS = { scope: SCOPE } as const;
