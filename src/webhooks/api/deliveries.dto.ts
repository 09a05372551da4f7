import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { DOMAIN_EVENT_NAMES } from '../../events/domain-events.js';
import { CursorPagination, CursorQuery } from '../../http/paging/cursor-page.js';
import { IsInstant } from '../../http/validation/instant.js';
import { type ShownDelivery, type ShownTry, TEST_EVENT } from '../model/delivery-columns.js';
import { DELIVERY_STATES, type DeliveryState } from '../model/webhook-delivery.entity.js';

const DELIVERED_EVENTS = [...DOMAIN_EVENT_NAMES, TEST_EVENT];

/** Filters of the list; a bad value is a 400. */
export class ListDeliveriesQuery extends CursorQuery {
  @ApiPropertyOptional({ enum: DELIVERY_STATES, enumName: 'WebhookDeliveryState' })
  @IsOptional()
  @IsIn(DELIVERY_STATES)
  state?: DeliveryState;

  /** Only deliveries of this event. */
  @ApiPropertyOptional({
    type: String,
    example: 'nba.delivery.executed',
    description: 'A name of an event, or webhook.test.',
  })
  @IsOptional()
  @IsIn(DELIVERED_EVENTS)
  eventKey?: string;

  /** Only deliveries of events from then on. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2026-11-24T00:00:00Z' })
  @IsOptional()
  @IsInstant()
  since?: string;
}

/** What to send again. */
export class RecoverBody {
  @ApiProperty({
    type: String,
    format: 'date-time',
    example: '2026-11-24T00:00:00Z',
    description: 'What failed for good from then on is sent again, whenever its event was.',
  })
  @IsInstant()
  since!: string;
}

/** What a recovery sends again. */
export class RecoverAnswer {
  @ApiProperty({ example: 12, description: 'How many deliveries are pending again.' })
  requeued!: number;

  @ApiProperty({ example: false, description: 'Whether more may be left: call it again.' })
  more!: boolean;
}

/** An event on its way to a webhook. */
export class WebhookDeliveryAnswer implements ShownDelivery {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /** Id of the webhook. */
  @ApiProperty({ format: 'uuid' })
  endpointId!: string;

  @ApiProperty({
    format: 'uuid',
    description: 'Id of the event; of the delivery itself for a test.',
  })
  eventId!: string;

  @ApiProperty({ example: 'nba.delivery.executed' })
  eventKey!: string;

  /** Scope of the event. */
  @ApiProperty({ type: String, nullable: true, example: 'account' })
  entityType!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'acme' })
  entityId!: string | null;

  @ApiProperty({
    example: 'msg_019abc4f2c7a7d3e8f10c8a1b2c3d4e5',
    description: 'The header webhook-id of every try.',
  })
  messageId!: string;

  @ApiProperty({ enum: DELIVERY_STATES, enumName: 'WebhookDeliveryState' })
  state!: DeliveryState;

  @ApiProperty({ example: 1, description: 'Tries that have begun.' })
  tries!: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When its next try is due; null while one is under way, and at the end.',
  })
  nextTryAt!: Date | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    example: 200,
    description: 'HTTP status of the last try; null without an answer.',
  })
  lastStatus!: number | null;

  /** Without secrets. */
  @ApiProperty({ type: String, nullable: true, example: null })
  lastError!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  deliveredAt!: Date | null;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  @ApiProperty({ type: String, format: 'date-time' })
  updatedAt!: Date;
}

/** One try of a delivery. */
export class WebhookTryAnswer implements ShownTry {
  @ApiProperty({ example: 1, description: 'Number of the try, from 1.' })
  attempt!: number;

  @ApiProperty({ type: String, format: 'date-time' })
  startedAt!: Date;

  @ApiProperty({ example: 84 })
  durationMs!: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    example: 200,
    description: 'HTTP status; null without an answer.',
  })
  status!: number | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description:
      'Why it failed, such as HTTP_STATUS, TIMED_OUT or EGRESS_REFUSED; null for a success.',
  })
  errorCode!: string | null;

  /** Without secrets. */
  @ApiProperty({ type: String, nullable: true, example: null })
  error!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'ok',
    description: 'The first 4 kB of the answer, without secrets.',
  })
  answer!: string | null;
}

/** A delivery with what is sent and its tries. */
export class WebhookDeliveryDetail extends WebhookDeliveryAnswer {
  @ApiProperty({ description: 'The exact text that is signed and sent.' })
  body!: string;

  @ApiProperty({
    type: [WebhookTryAnswer],
    description: 'The tries that ended, the first one first.',
  })
  attempts!: WebhookTryAnswer[];
}

/** A page of deliveries. */
export class WebhookDeliveryPage {
  @ApiProperty({ type: [WebhookDeliveryAnswer] })
  items!: WebhookDeliveryAnswer[];

  @ApiProperty({ type: CursorPagination })
  pagination!: CursorPagination;
}
