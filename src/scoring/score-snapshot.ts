import { type ScoreBand, type ScoreFactor, type ScoreReason } from './scoring.engine.js';
import { type ScoreTransition } from './transitions.js';

/** A scope's score as it was computed once. */
export interface ScoreSnapshot {
  readonly id: string;
  readonly entityType: string;
  readonly entityId: string;
  /** 0–100 */
  readonly score: number;
  readonly band: ScoreBand;
  /** Points since the snapshot before; null for the first. */
  readonly delta: number | null;
  readonly factors: readonly ScoreFactor[];
  readonly reasons: readonly ScoreReason[];
  readonly computedAt: Date;
}

/** A snapshot that was just made, and what it told. */
export interface ComputedScore extends ScoreSnapshot {
  /** Those that were not told within the last hour. */
  readonly transitions: readonly ScoreTransition[];
}

/** A snapshot in the history. */
export type PastScore = Pick<ScoreSnapshot, 'id' | 'score' | 'band' | 'delta' | 'computedAt'>;
