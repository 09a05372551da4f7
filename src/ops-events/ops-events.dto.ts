import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, IsUUID, Length, Max, Min } from 'class-validator';
import { IsInstant } from '../http/validation/instant.js';
import {
  DOMAIN_EVENT_NAMES,
  type DomainEventName,
  EVENT_LEVELS,
  EVENT_STATUSES,
  type EventLevel,
  type EventStatus,
} from '../events/domain-events.js';

/** Filters of the feed. */
export class ListOpsEventsQuery {
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

  @ApiPropertyOptional({
    minimum: 1,
    maximum: 100,
    default: 25,
    description: 'Events a page, 1–100.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  pageSize: number = 25;

  /** `nextCursor` of the page before. */
  @ApiPropertyOptional({ description: 'nextCursor of the page before, with the same filters.' })
  @IsOptional()
  @IsString()
  @Length(1, 500)
  cursor?: string;
}

/** A domain event on record. */
export class OpsEventAnswer {
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

/** Where a page of the feed stands: the feed has no total, it grows as it is read. */
export class OpsEventPagination {
  @ApiProperty({ example: 25 })
  pageSize!: number;

  @ApiProperty({ example: false })
  hasNext!: boolean;

  /** Cursor of the next, older page, null on the last. */
  @ApiProperty({ type: String, nullable: true, example: null })
  nextCursor!: string | null;
}

/** A page of the feed, newest first. */
export class OpsEventPage {
  @ApiProperty({ type: [OpsEventAnswer] })
  items!: OpsEventAnswer[];

  @ApiProperty({ type: OpsEventPagination })
  pagination!: OpsEventPagination;
}
