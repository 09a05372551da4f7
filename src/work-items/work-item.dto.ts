import { ApiProperty } from '@nestjs/swagger';
import { Pagination } from '../http/paging/pagination.js';
import { PRIORITIES, type Priority } from '../kernel/priority.js';
import { type WorkItem } from './work-item.js';
import { WORK_ITEM_KIND_NAMES, type WorkItemKind, type WorkItemState } from './work-item-kinds.js';

/** A work item as the API answers it. Times are ISO 8601 UTC. */
export class WorkItemAnswer implements WorkItem {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ enum: WORK_ITEM_KIND_NAMES, enumName: 'WorkItemKind' })
  kind!: WorkItemKind;

  @ApiProperty({ example: 'crm-4711' })
  externalId!: string;

  @ApiProperty({ example: 'command_center' })
  entityType!: string;

  @ApiProperty({ example: 'command_center' })
  entityId!: string;

  /** A lead that is pushed as new shows as scored while scoredAt is set. */
  @ApiProperty({ type: String, example: 'open' })
  state!: WorkItemState;

  /** Whether somebody may still need to act on it. */
  @ApiProperty({ example: true })
  open!: boolean;

  @ApiProperty({ enum: PRIORITIES, enumName: 'Priority' })
  priority!: Priority;

  @ApiProperty({ example: 'Call Acme about the renewal' })
  title!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  dueAt!: Date | null;

  @ApiProperty({ type: String, format: 'date-time' })
  occurredAt!: Date;

  @ApiProperty({ type: 'object', additionalProperties: true, example: {} })
  attributes!: object;

  /** When the lead was last scored; null for other kinds, and since a push with other attributes. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  scoredAt!: Date | null;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  @ApiProperty({ type: String, format: 'date-time' })
  updatedAt!: Date;
}

/** A page of work items, newest first. */
export class WorkItemPage {
  @ApiProperty({ type: [WorkItemAnswer] })
  items!: WorkItemAnswer[];

  @ApiProperty({ type: Pagination })
  pagination!: Pagination;
}

/** What a batch changed; the sum is the number of pushed items. */
export class BatchAnswer {
  @ApiProperty({ example: 12 })
  created!: number;

  @ApiProperty({ example: 3 })
  updated!: number;

  /** Items without a change. */
  @ApiProperty({ example: 85 })
  unchanged!: number;
}
