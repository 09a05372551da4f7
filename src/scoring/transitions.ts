import { type ScoreBand } from './scoring.engine.js';

/** The transitions of a scope's score between two snapshots. Source: docs/domain.md, "Scores". */
export const SCORE_TRANSITIONS = ['threshold_breach', 'sharp_drop', 'recovery'] as const;
export type ScoreTransition = (typeof SCORE_TRANSITIONS)[number];

/** Points lost between two snapshots from which a drop is sharp. */
export const SHARP_DROP_POINTS = 15;

/** A scope publishes the same transition at most once in this time. */
export const TRANSITION_COOL_DOWN_MS = 60 * 60 * 1000;

/** The part of a snapshot that is compared. */
export interface ScoredAt {
  /** 0–100 */
  readonly score: number;
  readonly band: ScoreBand;
}

/** Points gained (positive) or lost since the snapshot before; null for the first. */
export function scoreDelta(previous: ScoredAt | null, present: ScoredAt): number | null {
  return previous === null ? null : present.score - previous.score;
}

/**
 * The transitions from one snapshot to the next: into critical, 15 points or more down, back to
 * healthy. A first snapshot has none: nothing is known to have changed.
 */
export function scoreTransitions(previous: ScoredAt | null, present: ScoredAt): ScoreTransition[] {
  if (previous === null) return [];
  const transitions: ScoreTransition[] = [];
  if (present.band === 'critical' && previous.band !== 'critical') {
    transitions.push('threshold_breach');
  }
  if (previous.score - present.score >= SHARP_DROP_POINTS) transitions.push('sharp_drop');
  if (present.band === 'healthy' && previous.band !== 'healthy') transitions.push('recovery');
  return transitions;
}
