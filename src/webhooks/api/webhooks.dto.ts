import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsIn, IsOptional } from 'class-validator';
import { DOMAIN_EVENT_NAMES } from '../../events/domain-events.js';
import { CursorPagination } from '../../http/paging/cursor-page.js';
import { IsGrantedScopes, MAX_GRANTS } from '../../http/scope.dto.js';
import { IfSent } from '../../http/validation/if-sent.js';
import { IsText } from '../../http/validation/text.js';
import { DISABLED_REASONS, type DisabledReason } from '../model/webhook-endpoint.entity.js';
import { URL_MAX } from '../sending/egress-guard.js';
import { HEADERS_MAX, IsHeaders, type SentHeaders } from './header-rules.js';

/** All events, and each of them by its name. */
export const ALL_EVENTS = '*';
const EVENT_CHOICES = [ALL_EVENTS, ...DOMAIN_EVENT_NAMES];

const DESCRIPTION_MAX = 500;

const URL = {
  format: 'uri',
  example: 'https://example.com/hooks',
  maxLength: URL_MAX,
  description: 'https or http, at a public address, without a user name, a password or a fragment.',
};
const EVENT_KEYS = {
  enum: EVENT_CHOICES,
  enumName: 'WebhookEventKey',
  isArray: true,
  example: ['nba.delivery.executed', 'nba.delivery.failed'],
  minItems: 1,
  maxItems: EVENT_CHOICES.length,
  description: 'Which events it gets; * for all, also those of later versions.',
};
const SCOPES = {
  type: [String] as [typeof String],
  minItems: 1,
  maxItems: MAX_GRANTS,
  description:
    'Of which scopes it gets events, within those of the caller: * for all, account/* for all of a type, account/acme for one. Events that belong to no scope go to * alone.',
};
const TEXT = { type: String, nullable: true, maxLength: DESCRIPTION_MAX, example: 'For the CRM' };
const HEADERS = {
  type: Object,
  additionalProperties: { type: 'string' },
  example: { 'X-Api-Key': 'sesame' },
  description: `Up to ${HEADERS_MAX} own headers of each request. Their values are stored encrypted and never answered.`,
};
const TIME = { type: String, format: 'date-time' };

function IsEventKeys(): PropertyDecorator {
  return applyDecorators(
    IsIn(EVENT_CHOICES, { each: true }),
    ArrayMaxSize(EVENT_CHOICES.length),
    ArrayMinSize(1),
    IsArray(),
  );
}

/** Body that makes a webhook. */
export class NewWebhook {
  @ApiProperty(URL)
  @IsText(1, URL_MAX)
  url!: string;

  @ApiProperty(EVENT_KEYS)
  @IsEventKeys()
  eventKeys!: string[];

  /** Without them, all scopes of the caller. */
  @ApiPropertyOptional({
    ...SCOPES,
    description: `${SCOPES.description} Without them, all scopes of the caller.`,
  })
  @IfSent()
  @IsGrantedScopes()
  scopes?: string[];

  /** What it is for. */
  @ApiPropertyOptional(TEXT)
  @IsOptional()
  @IsText(1, DESCRIPTION_MAX)
  description?: string | null;

  @ApiPropertyOptional(HEADERS)
  @IfSent()
  @IsHeaders({ nullable: false })
  headers?: SentHeaders;
}

/** Body that changes a webhook: only what is sent. */
export class WebhookPatch {
  @ApiPropertyOptional(URL)
  @IfSent()
  @IsText(1, URL_MAX)
  url?: string;

  /** Replaces the names of events. */
  @ApiPropertyOptional(EVENT_KEYS)
  @IfSent()
  @IsEventKeys()
  eventKeys?: string[];

  /** Replaces the scopes. */
  @ApiPropertyOptional(SCOPES)
  @IfSent()
  @IsGrantedScopes()
  scopes?: string[];

  /** Null removes it. */
  @ApiPropertyOptional({ ...TEXT, description: 'Null removes it.' })
  @IsOptional()
  @IsText(1, DESCRIPTION_MAX)
  description?: string | null;

  /** Sets the headers that are named and keeps the others; null removes one, or all. */
  @ApiPropertyOptional({
    ...HEADERS,
    additionalProperties: { type: ['string', 'null'] as unknown as 'string' },
    nullable: true,
    description:
      'Sets the headers that are named and keeps the others; null as a value removes one, null instead of the object all. With a url of another origin, those that are stored are not kept, and headers must be sent.',
  })
  @IsOptional()
  @IsHeaders({ nullable: true })
  headers?: SentHeaders | null;

  /** `false` stops the deliveries; `true` starts them again, whyever they were stopped. */
  @ApiPropertyOptional({
    example: true,
    description:
      'false stops the deliveries; true starts them again, whatever disabled the webhook.',
  })
  @IfSent()
  @IsBoolean()
  enabled?: boolean;
}

/** A webhook, without its secret and the values of its headers. */
export class WebhookAnswer {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'https://example.com/hooks' })
  url!: string;

  @ApiProperty({ type: String, nullable: true, example: 'For the CRM' })
  description!: string | null;

  @ApiProperty({ type: [String], example: ['nba.delivery.executed'] })
  eventKeys!: string[];

  @ApiProperty({ type: [String], example: ['account/acme'] })
  scopes!: string[];

  /** Names of its own headers, in lower case. */
  @ApiProperty({
    type: [String],
    example: ['x-api-key'],
    description: 'Names of its own headers, in lower case; the values are never answered.',
  })
  headerNames!: string[];

  @ApiProperty({ example: true })
  enabled!: boolean;

  /** Null while it is enabled. */
  @ApiProperty({
    type: String,
    enum: DISABLED_REASONS,
    enumName: 'WebhookDisabledReason',
    nullable: true,
    description: 'operator: by a change; gone: it answered 410; failing: it failed for too long.',
  })
  disabledReason!: DisabledReason | null;

  @ApiProperty({ ...TIME, nullable: true })
  disabledAt!: Date | null;

  /** Since when no try has succeeded. */
  @ApiProperty({ ...TIME, nullable: true, description: 'Since when no try has succeeded.' })
  failingSince!: Date | null;

  /** Until then, the secret before the last rotation signs, too. */
  @ApiProperty({
    ...TIME,
    nullable: true,
    description: 'Until then, the secret before the last rotation signs, too.',
  })
  previousSecretUntil!: Date | null;

  /** The user or the service token that made it. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  createdBy!: string | null;

  @ApiProperty(TIME)
  createdAt!: Date;

  @ApiProperty(TIME)
  updatedAt!: Date;
}

/** A webhook with a new secret. */
export class WebhookSecretAnswer extends WebhookAnswer {
  /** Verifies the signature of what it gets. It is shown this once. */
  @ApiProperty({ example: 'whsec_…', description: 'Verifies the signatures. Shown this once.' })
  secret!: string;
}

/** A page of webhooks, newest first. */
export class WebhookPage {
  @ApiProperty({ type: [WebhookAnswer] })
  items!: WebhookAnswer[];

  @ApiProperty({ type: CursorPagination })
  pagination!: CursorPagination;
}
