/** How the closed actions of one rule in one scope ended. */
export interface TrackRecord {
  /** Done, and the condition went away. */
  readonly resolved: number;
  /** Done, and the condition came back. */
  readonly returned: number;
  /** Done, and the condition stayed. */
  readonly ignored: number;
  readonly dismissed: number;
}

/** The track record of a rule without a closed action. */
export const NO_RECORD: TrackRecord = { resolved: 0, returned: 0, ignored: 0, dismissed: 0 };

/** Most points that a track record adds or takes. */
export const MAX_TRACK_RECORD = 5;

/** So many closed actions of no outcome are added: a few closings decide little. */
const PRIOR = 5;

/**
 * −5 to 5 points: how much more often doing what the rule suggests helped than not. A closing that was
 * dismissed, or after which the condition stayed or came back, counts against it.
 * Source: additive smoothing of a difference of shares, docs/domain.md, "Ranking".
 */
export function trackRecordPoints({ resolved, returned, ignored, dismissed }: TrackRecord): number {
  const against = returned + ignored + dismissed;
  const share = (resolved - against) / (resolved + against + PRIOR);
  // Math.round makes −0 of what is just below 0.
  return Math.round(MAX_TRACK_RECORD * share) + 0;
}
