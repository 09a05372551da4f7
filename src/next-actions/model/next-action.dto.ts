import { ApiProperty, ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { Pagination } from '../../http/paging/pagination.js';
import { PRIORITIES, type Priority } from '../../kernel/priority.js';
import { type ListedNextAction, type NextAction } from './next-action.js';
import { NextActionButton } from './next-action-button.dto.js';
import { EXPLANATION } from './next-action-explanation.js';
import { NEXT_ACTION_STATUSES, type NextActionStatus } from './next-best-action.entity.js';

/** A next best action as the API answers it. Times are ISO 8601 UTC. */
export class NextActionAnswer implements NextAction {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'Retry failed deliveries' })
  title!: string;

  /** Why it is recommended, in a sentence. */
  @ApiProperty({
    type: String,
    nullable: true,
    example: '4 notification deliveries failed in the last 24 hours.',
  })
  reason!: string | null;

  @ApiProperty({ enum: PRIORITIES, enumName: 'Priority' })
  priority!: Priority;

  /** 0–100; the list is ranked by it. */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: 100, example: 82 })
  score!: number;

  @ApiProperty({ enum: NEXT_ACTION_STATUSES, enumName: 'NextActionStatus' })
  status!: NextActionStatus;

  /** What it is about, for example `notification_delivery`. */
  @ApiProperty({ type: String, nullable: true, example: 'notification_delivery' })
  sourceType!: string | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  sourceId!: string | null;

  /** Where a user can act on it by hand. */
  @ApiProperty({ type: String, nullable: true, example: '/deliveries?state=failed' })
  actionUrl!: string | null;

  /** Free data of the client that created it. */
  @ApiProperty({ type: 'object', additionalProperties: true, example: {} })
  payload!: object;

  /** Why and how, in detail: rule, evidence, steps, links, factors. */
  @ApiProperty(EXPLANATION)
  explanation!: object | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  createdByRule!: string | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  templateKey!: string | null;

  /** Unique among the queued NBAs of a scope. */
  @ApiProperty({ type: String, nullable: true, example: null })
  dedupeKey!: string | null;

  @ApiProperty({ example: 'command_center' })
  entityType!: string;

  @ApiProperty({ example: 'command_center' })
  entityId!: string;

  /** The user who is to act on it. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true, example: null })
  assigneeId!: string | null;

  /** Hidden from the queue until then. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  snoozedUntil!: Date | null;

  /** Whether a run ends the snooze when the priority rises, or the score by 10. */
  @ApiProperty({
    example: false,
    description: 'Whether a run ends the snooze when the priority rises, or the score by 10.',
  })
  snoozeUntilWorse!: boolean;

  /** Its priority when it was snoozed until it gets worse. */
  @ApiProperty({ enum: PRIORITIES, enumName: 'Priority', nullable: true, example: null })
  snoozedPriority!: Priority | null;

  /** Its score when it was snoozed until it gets worse. */
  @ApiProperty({ type: 'integer', nullable: true, example: null })
  snoozedScore!: number | null;

  /** Whether an operator set the priority: runs keep it until the NBA closes. */
  @ApiProperty({
    example: false,
    description: 'Whether an operator set the priority: runs keep it until the NBA closes.',
  })
  priorityHeld!: boolean;

  /** What an operator wrote about it. */
  @ApiProperty({ type: String, nullable: true, example: null })
  note!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastExecutedAt!: Date | null;

  @ApiProperty({ type: String, enum: ['success', 'failed', null], nullable: true })
  lastExecutionStatus!: 'success' | 'failed' | null;

  @ApiProperty({ type: String, nullable: true })
  lastExecutionErrorCode!: string | null;

  /** Without secrets. */
  @ApiProperty({ type: String, nullable: true })
  lastExecutionErrorMessage!: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  @ApiProperty({ type: String, format: 'date-time' })
  updatedAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  completedAt!: Date | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  dismissedAt!: Date | null;

  /** The buttons that apply to it now and that the caller may press, in the order to show them. */
  @ApiProperty({
    type: [NextActionButton],
    description:
      'The buttons that apply to it now and that the caller may press, in the order to show them.',
  })
  actions!: NextActionButton[];
}

/** A next best action in a list. */
export class NextActionItem
  extends OmitType(NextActionAnswer, ['payload', 'explanation'])
  implements ListedNextAction
{
  /** Only with `fields=full`. */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    example: {},
    description: 'Only with fields=full.',
  })
  payload?: object;

  /** Only with `fields=full`. */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    example: null,
    description: 'Only with fields=full.',
  })
  explanation?: object | null;
}

/** A page of next best actions. */
export class NextActionPage {
  @ApiProperty({ type: [NextActionItem] })
  items!: NextActionItem[];

  @ApiProperty({ type: Pagination })
  pagination!: Pagination;
}
