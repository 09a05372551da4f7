import { ApiProperty } from '@nestjs/swagger';
import { CommonScope } from '../../http/scope.dto.js';
import { type Priority } from '../../kernel/priority.js';
import { NextActionAnswer } from '../model/next-action.dto.js';
import { NEXT_ACTION_RULE_KEYS } from '../model/rule-keys.js';
import { SUPPRESSION_LENGTHS, type SuppressionLength } from '../suppressions/suppression-terms.js';
import { type ProposingOutcome } from './next-action-runs.service.js';
import { type SuppressionProposal } from './proposals.js';

class ProposedSuppression {
  @ApiProperty({ enum: SUPPRESSION_LENGTHS, enumName: 'SuppressionLength', example: '30d' })
  for!: SuppressionLength;
}

/** A rule that is mostly dismissed in a scope, and could be suppressed. Nothing is applied by itself. */
export class SuppressionProposalAnswer implements SuppressionProposal {
  @ApiProperty({ enum: NEXT_ACTION_RULE_KEYS, enumName: 'NextActionRule' })
  ruleKey!: string;

  @ApiProperty({ example: 'account' })
  entityType!: string;

  @ApiProperty({ example: 'acme' })
  entityId!: string;

  /** How many of its NBAs were dismissed within 30 days. */
  @ApiProperty({ example: 3, description: 'How many of its NBAs were dismissed within 30 days.' })
  dismissed!: number;

  /** How many NBAs it had in that time. */
  @ApiProperty({ example: 4, description: 'How many NBAs it had in that time.' })
  suggested!: number;

  /** What to send to `POST /api/next-actions/suppressions` beside rule, scope and reason. */
  @ApiProperty({ type: ProposedSuppression })
  suggestion!: ProposedSuppression;
}

/** What a run of the rules changed. */
export class NextActionRunAnswer implements ProposingOutcome {
  @ApiProperty({ example: 3 })
  created!: number;

  @ApiProperty({ example: 1 })
  updated!: number;

  /** Queued actions whose rule no longer holds. */
  @ApiProperty({ example: 0 })
  expired!: number;

  /** Recommendations that suppressions and cool-downs held back. */
  @ApiProperty({
    example: 1,
    description: 'Recommendations that suppressions and cool-downs held back.',
  })
  suppressed!: number;

  /** The runs of one actor in one scope on one UTC day share it. */
  @ApiProperty({ example: 'nba:system:command_center:command_center:2026-11-24' })
  runKey!: string;

  @ApiProperty({ type: [SuppressionProposalAnswer] })
  proposals!: SuppressionProposalAnswer[];
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

  /** What is queued and snoozed, counted up to 10,000. */
  @ApiProperty({ example: 1, description: 'What is queued and snoozed, counted up to 10,000.' })
  snoozed!: number;

  /** Recommendations that the newest run of today (UTC) in each scope held back. */
  @ApiProperty({
    example: 1,
    description:
      'Recommendations that suppressions and cool-downs held back in the newest run of today (UTC) of each scope, among the newest 10,000 runs.',
  })
  suppressed!: number;

  @ApiProperty({
    type: [SuppressionProposalAnswer],
    description: 'Rules that are mostly dismissed, and could be suppressed: at most 100.',
  })
  proposals!: SuppressionProposalAnswer[];

  /** When the rules last ran, null when they never did. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastRunAt!: Date | null;
}
