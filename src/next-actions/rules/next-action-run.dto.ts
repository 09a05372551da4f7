import { ApiProperty } from '@nestjs/swagger';
import { CommonScope } from '../../http/scope.dto.js';
import { type Priority } from '../../kernel/priority.js';
import { NextActionAnswer } from '../model/next-action.dto.js';
import { type RunOutcome } from './next-action-runs.service.js';

/** What a run of the rules changed. */
export class NextActionRunAnswer implements RunOutcome {
  @ApiProperty({ example: 3 })
  created!: number;

  @ApiProperty({ example: 1 })
  updated!: number;

  /** Queued actions whose rule no longer holds. */
  @ApiProperty({ example: 0 })
  expired!: number;

  /** The runs of one actor in one scope on one UTC day share it. */
  @ApiProperty({ example: 'nba:system:command_center:command_center:2026-11-24' })
  runKey!: string;
}

class QueuedByPriority implements Record<Priority, number> {
  @ApiProperty({ example: 1 })
  low!: number;

  @ApiProperty({ example: 3 })
  medium!: number;

  @ApiProperty({ example: 2 })
  high!: number;

  @ApiProperty({ example: 0 })
  critical!: number;
}

/** Summary of the NBAs of one or more scopes. */
export class NextActionSummary extends CommonScope {
  /** The best five that are queued and not snoozed. */
  @ApiProperty({ type: [NextActionAnswer] })
  top5!: NextActionAnswer[];

  /** What is queued and not snoozed; each is counted up to 10,000. */
  @ApiProperty({
    type: QueuedByPriority,
    description: 'What is queued and not snoozed; each is counted up to 10,000.',
  })
  queuedByPriority!: QueuedByPriority;

  /** Whether none of the counts ended at 10,000. */
  @ApiProperty({ example: true, description: 'false where one of the counts ended at 10,000.' })
  countsAreExact!: boolean;

  /** When the rules last ran, null when they never did. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastRunAt!: Date | null;
}
