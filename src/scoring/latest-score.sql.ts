import { type LatestScore } from './latest-score.js';
import { type ScoreBand, type ScoreReason } from './scoring.engine.js';

/**
 * A scope's newest snapshot as one JSON value, null where it was never scored; $1 and $2 are the scope.
 * {@link latestScoreOf} reads it.
 */
export const LATEST_SCORE_SQL = `(
      SELECT json_build_object('snapshotId', snapshot.id, 'score', snapshot.score,
        'band', snapshot.band, 'computedAt', snapshot.computed_at, 'reasons', snapshot.reasons)
      FROM score_snapshots AS snapshot
      WHERE snapshot.subject = 'scope' AND snapshot.entity_type = $1 AND snapshot.entity_id = $2
      ORDER BY snapshot.computed_at DESC, snapshot.id DESC
      LIMIT 1)`;

/** A snapshot as {@link LATEST_SCORE_SQL} answers it. */
export interface LatestScoreRow {
  readonly snapshotId: string;
  readonly score: number;
  readonly band: ScoreBand;
  readonly computedAt: string;
  readonly reasons: readonly ScoreReason[];
}

/** The snapshot as rules read it: its time as a date, its reasons as sentences. */
export function latestScoreOf(row: LatestScoreRow | null): LatestScore | null {
  if (row === null) return null;
  return {
    ...row,
    computedAt: new Date(row.computedAt),
    reasons: row.reasons.map((reason) => reason.text),
  };
}
