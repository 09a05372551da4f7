import { type RowOf } from '../database/sql/columns.js';
import { type PAST_SCORE, type SNAPSHOT } from './score-snapshot.sql.js';
import { type ScoreTransition } from './transitions.js';

/** A scope's score as it was computed once. */
export type ScoreSnapshot = RowOf<typeof SNAPSHOT>;

/** A snapshot that was just made, and what it told. */
export interface ComputedScore extends ScoreSnapshot {
  /** Those that were not told within the last hour. */
  readonly transitions: readonly ScoreTransition[];
}

/** A snapshot in the history. */
export type PastScore = RowOf<typeof PAST_SCORE>;
