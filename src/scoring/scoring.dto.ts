import { ApiProperty } from '@nestjs/swagger';
import { CursorPagination } from '../http/paging/cursor-page.js';
import { type ComputedScore, type PastScore, type ScoreSnapshot } from './score-snapshot.js';
import {
  SCORE_BANDS,
  type ScoreBand,
  type ScoreFactor,
  type ScoreReason,
} from './scoring.engine.js';
import { SCORE_TRANSITIONS, type ScoreTransition } from './transitions.js';

/** What went into a score. */
export class ScoreFactorAnswer implements ScoreFactor {
  @ApiProperty({ example: 'follow_ups_overdue' })
  key!: string;

  @ApiProperty({ example: 'Follow-ups overdue' })
  label!: string;

  @ApiProperty({ example: 2 })
  weight!: number;

  /** How many; only where the factor is a count. */
  @ApiProperty({ type: Number, required: false, example: 3 })
  count?: number;

  /** 0–100 */
  @ApiProperty({ minimum: 0, maximum: 100, example: 55 })
  normalized!: number;

  /** Its effect on the score, in points: 100 plus all impacts is the score. */
  @ApiProperty({ example: -11.3 })
  impact!: number;

  @ApiProperty({ example: '3 follow-ups overdue' })
  reason!: string;
}

/** Why a score is what it is. */
export class ScoreReasonAnswer implements ScoreReason {
  @ApiProperty({ example: 'follow_ups_overdue' })
  key!: string;

  @ApiProperty({ example: 'Follow-ups overdue' })
  label!: string;

  @ApiProperty({ enum: ['negative', 'positive'] })
  direction!: 'negative' | 'positive';

  @ApiProperty({ example: -11.3 })
  impact!: number;

  @ApiProperty({ example: '3 follow-ups overdue' })
  text!: string;
}

/** A score in the history. */
export class PastScoreAnswer implements PastScore {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ type: 'integer', minimum: 0, maximum: 100, example: 72 })
  score!: number;

  @ApiProperty({ enum: SCORE_BANDS, enumName: 'ScoreBand' })
  band!: ScoreBand;

  /** Points since the one before, null for the first. */
  @ApiProperty({ type: 'integer', nullable: true, example: -6 })
  delta!: number | null;

  @ApiProperty({ type: String, format: 'date-time' })
  computedAt!: Date;

  /** When a schedule last found the same score for the same reasons; null for never. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  confirmedAt!: Date | null;
}

/** A score with what it is made of. */
export class ScoreSnapshotAnswer extends PastScoreAnswer implements ScoreSnapshot {
  @ApiProperty({ example: 'command_center' })
  entityType!: string;

  @ApiProperty({ example: 'command_center' })
  entityId!: string;

  @ApiProperty({ type: [ScoreFactorAnswer] })
  factors!: readonly ScoreFactorAnswer[];

  /** Strongest negative first, then strongest positive, five at most. */
  @ApiProperty({ type: [ScoreReasonAnswer] })
  reasons!: readonly ScoreReasonAnswer[];
}

/** A score that was just computed. */
export class ComputedScoreAnswer extends ScoreSnapshotAnswer implements ComputedScore {
  /** Transitions since the score before that were not published within the last hour. */
  @ApiProperty({ enum: SCORE_TRANSITIONS, enumName: 'ScoreTransition', isArray: true })
  transitions!: readonly ScoreTransition[];
}

/** A page of scores, newest first. */
export class ScoreHistory {
  @ApiProperty({ type: [PastScoreAnswer] })
  items!: PastScoreAnswer[];

  @ApiProperty({ type: CursorPagination })
  pagination!: CursorPagination;
}

/** A scope's score and its history. */
export class ScoreAnswer {
  @ApiProperty({ example: 'command_center' })
  entityType!: string;

  @ApiProperty({ example: 'command_center' })
  entityId!: string;

  @ApiProperty({ type: ScoreSnapshotAnswer })
  latest!: ScoreSnapshotAnswer;

  @ApiProperty({ type: ScoreHistory })
  history!: ScoreHistory;
}
