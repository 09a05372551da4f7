import { type ScoreBand } from './scoring.engine.js';

/** What a rule can read of a scope's latest score snapshot. */
export interface LatestScore {
  readonly snapshotId: string;
  /** 0–100 */
  readonly score: number;
  readonly band: ScoreBand;
  readonly computedAt: Date;
  /** The snapshot's reasons as sentences, strongest negative first. */
  readonly reasons: readonly string[];
}
