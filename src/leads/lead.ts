import { type ScoreSnapshot } from '../scoring/score-snapshot.js';
import { type WorkItem } from '../work-items/work-item.js';

/** The newest score of a lead, as fields of the lead; null or empty before the first. */
export interface LeadScore {
  /** Id of the snapshot. */
  readonly snapshotId: string | null;
  /** 0–100 */
  readonly score: number | null;
  readonly band: ScoreSnapshot['band'] | null;
  /** Points since the score before; null for the first. */
  readonly delta: number | null;
  readonly factors: ScoreSnapshot['factors'];
  readonly reasons: ScoreSnapshot['reasons'];
}

/** An intake lead: a work item with its newest score, which is of other attributes if `scoredAt` is null. */
export interface Lead extends WorkItem, LeadScore {}

/** A lead that the pipeline could not score. */
export interface LeadFailure {
  readonly externalId: string;
  /** Stable, `UPPER_SNAKE`. */
  readonly code: string;
}

/** What a run of the pipeline did. */
export interface LeadPipelineOutcome {
  /** Leads that were scored. */
  readonly ran: number;
  /** Leads that another request scored, changed, moved or deleted meanwhile. */
  readonly skipped: number;
  /** Leads that stay unscored; the others are not affected. */
  readonly failed: readonly LeadFailure[];
}
