import { ApiProperty, ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { IsIn, IsOptional, IsUUID } from 'class-validator';
import { CursorPagination, CursorQuery } from '../http/paging/cursor-page.js';
import { ScopeQuery } from '../http/scope.dto.js';
import { IsInstant } from '../http/validation/instant.js';
import {
  DOMAIN_EVENT_NAMES,
  type DomainEventName,
  EVENT_LEVELS,
  EVENT_STATUSES,
  type EventLevel,
  type EventStatus,
} from '../events/domain-events.js';
import { type ShownEvent } from '../feed/shown-event.js';

/** Directions of the feed. */
export const FEED_ORDERS = ['asc', 'desc'] as const;

/** Filters of the feed and of its stream. Without a scope, the events of all scopes and of none. */
export class EventFilterQuery extends ScopeQuery {
  @ApiPropertyOptional({ enum: DOMAIN_EVENT_NAMES, enumName: 'EventKey' })
  @IsOptional()
  @IsIn(DOMAIN_EVENT_NAMES)
  eventKey?: DomainEventName;

  @ApiPropertyOptional({ enum: EVENT_LEVELS, enumName: 'EventLevel' })
  @IsOptional()
  @IsIn(EVENT_LEVELS)
  level?: EventLevel;

  /** Only events that this user caused. */
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID()
  actorId?: string;

  /** Only events about this next best action, and about the jobs that it enqueued. */
  @ApiPropertyOptional({
    format: 'uuid',
    description:
      'Events about this next best action, and about the jobs that its presses enqueued.',
  })
  @IsOptional()
  @IsUUID()
  nextActionId?: string;
}

/** Query of the feed. */
export class ListOpsEventsQuery extends IntersectionType(CursorQuery, EventFilterQuery) {
  /** Newest first, or in the order of commits. */
  @ApiPropertyOptional({
    enum: FEED_ORDERS,
    default: 'desc',
    description:
      'desc: newest first. asc: in the order of commits, for a client that polls: nextCursor is always set.',
  })
  @IsOptional()
  @IsIn(FEED_ORDERS)
  order?: (typeof FEED_ORDERS)[number];

  /** Only events from then on. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2026-11-24T00:00:00Z' })
  @IsOptional()
  @IsInstant()
  since?: string;

  /** Only events from before then. */
  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    example: '2026-11-25T00:00:00Z',
    description: 'Only events from before then; the instant itself is excluded.',
  })
  @IsOptional()
  @IsInstant()
  until?: string;
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

/** Pagination of the feed. */
export class FeedPagination extends CursorPagination {
  /** With order=asc only. */
  @ApiPropertyOptional({
    example: false,
    description:
      'With order=asc only: whether events after the cursor may have been dropped by the retention before this page read them. True once; the page begins with the oldest event on record.',
  })
  gap?: boolean;
}

/** A page of the feed. */
export class OpsEventPage {
  @ApiProperty({ type: [OpsEventAnswer] })
  items!: OpsEventAnswer[];

  @ApiProperty({ type: FeedPagination })
  pagination!: FeedPagination;
}
