import { ApiProperty, ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import {
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
} from 'class-validator';
import { IsInstant } from '../../http/validation/instant.js';
import { PageQuery } from '../../http/paging/pagination.js';
import { PRIORITIES, type Priority } from '../../kernel/priority.js';
import { SNAKE_CASE } from '../../kernel/scope.js';
import { ScopeFields } from '../../http/scope.dto.js';
import { EXPLANATION, FOLLOWABLE, HasExplanationShape } from './next-action-explanation.js';
import { NEXT_ACTION_STATUSES, type NextActionStatus } from './next-best-action.entity.js';

/** Filters of the list; a bad value is a 400. */
export class ListNextActionsQuery extends IntersectionType(PageQuery, ScopeFields) {
  /** With `queued` or no status, snoozed NBAs are left out. */
  @ApiPropertyOptional({ enum: NEXT_ACTION_STATUSES, enumName: 'NextActionStatus' })
  @IsOptional()
  @IsIn(NEXT_ACTION_STATUSES)
  status?: NextActionStatus;

  @ApiPropertyOptional({ enum: PRIORITIES, enumName: 'Priority' })
  @IsOptional()
  @IsIn(PRIORITIES)
  priority?: Priority;

  @ApiPropertyOptional({ example: 'notification_delivery', pattern: SNAKE_CASE.source })
  @IsOptional()
  @IsString()
  @Matches(SNAKE_CASE, { message: 'sourceType must be snake_case, at most 64 characters' })
  sourceType?: string;

  /** Substring of title, reason or rule, case-insensitive; `%` and `_` mean themselves. */
  @ApiPropertyOptional({
    example: 'deliver',
    minLength: 1,
    maxLength: 200,
    description: 'Substring of title, reason or rule, case-insensitive; % and _ are literal.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  search?: string;
}

/** A next best action as a client creates or, by its dedupe key, updates it. */
export class CreateNextActionBody extends ScopeFields {
  @ApiProperty({ example: 'Call Acme back', minLength: 1, maxLength: 200 })
  @IsString()
  @Length(1, 200)
  title!: string;

  /** Why it is recommended, in a sentence. */
  @ApiPropertyOptional({
    type: String,
    maxLength: 2000,
    example: 'They asked for a quote on Friday.',
  })
  @IsOptional()
  @IsString()
  @Length(0, 2000)
  reason?: string | null;

  @ApiPropertyOptional({ enum: PRIORITIES, enumName: 'Priority', default: 'medium' })
  @IsOptional()
  @IsIn(PRIORITIES)
  priority?: Priority;

  /** 0–100; the list is ranked by it. */
  @ApiPropertyOptional({ type: 'integer', minimum: 0, maximum: 100, default: 50, example: 70 })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(100)
  score?: number;

  @ApiPropertyOptional({ type: String, pattern: SNAKE_CASE.source, example: 'proposal' })
  @IsOptional()
  @IsString()
  @Matches(SNAKE_CASE, { message: 'sourceType must be snake_case, at most 64 characters' })
  sourceType?: string | null;

  @ApiPropertyOptional({ type: String, maxLength: 200 })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  sourceId?: string | null;

  /** An http(s) URL, or a path of the client's own that begins with `/`. */
  @ApiPropertyOptional({ type: String, maxLength: 2000, example: '/proposals/42' })
  @IsOptional()
  @IsString()
  @Length(1, 2000)
  @Matches(FOLLOWABLE, {
    message: 'actionUrl must be an http(s) URL or a path that begins with /',
  })
  actionUrl?: string | null;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, default: {} })
  @IsOptional()
  @IsObject()
  payload?: object;

  @ApiPropertyOptional(EXPLANATION)
  @IsOptional()
  @IsObject()
  @HasExplanationShape()
  explanation?: object | null;

  @ApiPropertyOptional({ type: String, maxLength: 100 })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  createdByRule?: string | null;

  @ApiPropertyOptional({ type: String, maxLength: 100 })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  templateKey?: string | null;

  /** Makes the request an update of the queued NBA with this key in the scope, if there is one. */
  @ApiPropertyOptional({ type: String, maxLength: 200, example: 'crm:callback:acme' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  dedupeKey?: string | null;

  /** Hidden from the queue until then. */
  @ApiPropertyOptional({ type: String, format: 'date-time' })
  @IsOptional()
  @IsInstant()
  snoozedUntil?: string | null;
}

/** Closes an NBA by hand. */
export class PatchNextActionBody {
  @ApiProperty({ enum: ['done', 'dismiss'] })
  @IsIn(['done', 'dismiss'])
  action!: 'done' | 'dismiss';
}
