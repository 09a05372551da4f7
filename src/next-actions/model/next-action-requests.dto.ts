import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  IsIn,
  IsInt,
  IsNotIn,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
} from 'class-validator';
import { IsInstant } from '../../http/validation/instant.js';
import { IsText } from '../../http/validation/text.js';
import { PRIORITIES, type Priority } from '../../kernel/priority.js';
import { SNAKE_CASE } from '../../kernel/scope.js';
import { ScopeFields } from '../../http/scope.dto.js';
import { EXPLANATION, FOLLOWABLE, HasExplanationShape } from './next-action-explanation.js';
import { NEXT_ACTION_RULE_KEYS } from './rule-keys.js';

/** A next best action as a client creates or, by its dedupe key, updates it. */
export class CreateNextActionBody extends ScopeFields {
  @ApiProperty({ example: 'Call Acme back', minLength: 1, maxLength: 200 })
  @IsText(1, 200)
  title!: string;

  /** Why it is recommended, in a sentence. */
  @ApiPropertyOptional({
    type: String,
    minLength: 1,
    maxLength: 2000,
    example: 'They asked for a quote on Friday.',
  })
  @IsOptional()
  @IsText(1, 2000)
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
  @IsText(1, 200)
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

  /** A rule of the client's own: the keys of the built-in rules are refused. */
  @ApiPropertyOptional({ type: String, maxLength: 100, example: 'crm_callback' })
  @IsOptional()
  @IsText(1, 100)
  @IsNotIn(NEXT_ACTION_RULE_KEYS, {
    message: 'createdByRule must not be the key of a built-in rule',
  })
  createdByRule?: string | null;

  @ApiPropertyOptional({ type: String, maxLength: 100 })
  @IsOptional()
  @IsText(1, 100)
  templateKey?: string | null;

  /**
   * Makes the request an update of the queued NBA with this key in the scope, if there is one. Keys that
   * begin with `nba:` are the rules' own and refused.
   */
  @ApiPropertyOptional({
    type: String,
    maxLength: 200,
    pattern: '^(?!nba:)',
    example: 'crm:callback:acme',
    description:
      'Makes the request an update of the queued NBA with this key in the scope, if there is one. Keys that begin with nba: are the rules’ own and refused.',
  })
  @IsOptional()
  @IsText(1, 200)
  @Matches(/^(?!nba:)/, {
    message: 'dedupeKey must not begin with nba:, as the keys of the rules do',
  })
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
