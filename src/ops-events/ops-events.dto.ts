import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsUUID } from 'class-validator';
import { CursorPagination, CursorQuery } from '../http/paging/cursor-page.js';
import { IsInstant } from '../http/validation/instant.js';
import {
  DOMAIN_EVENT_NAMES,
  type DomainEventName,
  EVENT_LEVELS,
  EVENT_STATUSES,
  type EventLevel,
  type EventStatus,
} from '../events/domain-events.js';
import { type ShownEvent } from './ops-events.sql.js';

/** Filters of the feed. */
export class ListOpsEventsQuery extends CursorQuery {
  @ApiPropertyOptional({ enum: DOMAIN_EVENT_NAMES, enumName: 'EventKey' })
  @IsOptional()
  @IsIn(DOMAIN_EVENT_NAMES)
  eventKey?: DomainEventName;

  /** Only events from then on. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2026-11-24T00:00:00Z' })
  @IsOptional()
  @IsInstant()
  since?: string;

  /** Only events about this next best action. */
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID()
  nextActionId?: string;
}

/** A domain event on record. */
export class OpsEventAnswer implements ShownEvent {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ enum: EVENT_LEVELS, enumName: 'EventLevel' })
  level!: EventLevel;

  @ApiProperty({ enum: DOMAIN_EVENT_NAMES, enumName: 'EventKey' })
  eventKey!: DomainEventName;

  @ApiProperty({ type: String, enum: [...EVENT_STATUSES, null], nullable: true })
  status!: EventStatus | null;

  /** The user who caused it. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  actorId!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'next_action' })
  sourceType!: string | null;

  @ApiProperty({ type: String, nullable: true })
  sourceId!: string | null;

  /** The request that caused it. */
  @ApiProperty({ type: String, nullable: true })
  requestId!: string | null;

  @ApiProperty({ type: Number, nullable: true, example: 12 })
  durationMs!: number | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  errorCode!: string | null;

  /** Without secrets. */
  @ApiProperty({ type: String, nullable: true, example: null })
  errorMessage!: string | null;

  /** Without secrets. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  meta!: object;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;
}

/** A page of the feed, newest first. */
export class OpsEventPage {
  @ApiProperty({ type: [OpsEventAnswer] })
  items!: OpsEventAnswer[];

  @ApiProperty({ type: CursorPagination })
  pagination!: CursorPagination;
}
