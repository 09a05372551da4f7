import { type RowOf } from '../database/sql/columns.js';
import { type PAST_SCORE, type SNAPSHOT } from './score-snapshot.sql.js';
import { type ScoreTransition } from './transitions.js';

/** A scope's score as it was computed once. */
export type ScoreSnapshot = RowOf<typeof SNAPSHOT>;

/** A new snapshot and its published transitions. */
export interface ComputedScore extends ScoreSnapshot {
  /** Those that were not published within the last hour. */
  readonly transitions: readonly ScoreTransition[];
}

/** A snapshot in the history. */
export type PastScore = RowOf<typeof PAST_SCORE>;
