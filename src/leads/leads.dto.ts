import { ApiProperty, PickType } from '@nestjs/swagger';
import { SCORE_BANDS, type ScoreBand } from '../scoring/scoring.engine.js';
import { ScoreFactorAnswer, ScoreReasonAnswer } from '../scoring/scoring.dto.js';
import { WorkItemAnswer } from '../work-items/work-item.dto.js';
import { WorkItemKey } from '../work-items/work-item-requests.dto.js';
import { type Lead, type LeadFailure, type LeadPipelineOutcome } from './lead.js';

/** The lead in the path. */
export class LeadKey extends PickType(WorkItemKey, ['externalId']) {}

/** An intake lead with its newest score, which is null before the first. */
export class LeadAnswer extends WorkItemAnswer implements Lead {
  /** Id of the score's snapshot. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  snapshotId!: string | null;

  /** 0–100 */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: 100, nullable: true, example: 72 })
  score!: number | null;

  @ApiProperty({ enum: [...SCORE_BANDS, null], type: String, nullable: true, example: 'warning' })
  band!: ScoreBand | null;

  /** Points since the score before, null for the first. */
  @ApiProperty({ type: 'integer', nullable: true, example: null })
  delta!: number | null;

  /** The six factors; none before the first score. */
  @ApiProperty({ type: [ScoreFactorAnswer] })
  factors!: readonly ScoreFactorAnswer[];

  /** Strongest negative first, then strongest positive, five at most; they name missing attributes. */
  @ApiProperty({ type: [ScoreReasonAnswer] })
  reasons!: readonly ScoreReasonAnswer[];
}

/** A lead that could not be scored. */
export class LeadFailureAnswer implements LeadFailure {
  @ApiProperty({ example: 'crm-4711' })
  externalId!: string;

  /** Stable, `UPPER_SNAKE`. */
  @ApiProperty({ example: 'LEAD_SCORING_FAILED' })
  code!: string;
}

/** What a run of the lead pipeline did. */
export class LeadPipelineAnswer implements LeadPipelineOutcome {
  /** Leads that were scored, 500 at most. */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: 500, example: 12 })
  ran!: number;

  /** Leads that another request scored, changed, moved or deleted meanwhile. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 0 })
  skipped!: number;

  /** Leads that stay unscored; the others are not affected. */
  @ApiProperty({ type: [LeadFailureAnswer] })
  failed!: readonly LeadFailureAnswer[];
}
