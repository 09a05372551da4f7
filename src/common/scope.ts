import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length, Matches } from 'class-validator';

/** The desk that an item, score, risk flag or next best action belongs to. Source: docs/domain.md. */
export interface Scope {
  /** `[a-z][a-z0-9_]{0,63}` */
  readonly entityType: string;
  /** Up to 128 characters. */
  readonly entityId: string;
}

/** The desk of a request that names none. */
export const DEFAULT_SCOPE: Scope = { entityType: 'command_center', entityId: 'command_center' };

/** The desk of reviews, which takes no part in the rules about leads, deliveries and scores. */
export const REVIEW_STREAM: Scope = { entityType: 'review_stream', entityId: 'review_stream' };

/** Whether the scope is a review stream; every other type counts as the command center or a custom desk. */
export function isReviewStream(scope: Scope): boolean {
  return scope.entityType === REVIEW_STREAM.entityType;
}

/**
 * `<prefix>:<rule>:<entityType>:<entityId>`. Unambiguous although an id may hold colons: neither a
 * rule key nor an entity type can, and the id stands last.
 */
export function scopedRuleKey(prefix: 'risk' | 'nba', ruleKey: string, scope: Scope): string {
  return `${prefix}:${ruleKey}:${scope.entityType}:${scope.entityId}`;
}

/** A word of the domain: types, kinds and keys are written so. */
export const SNAKE_CASE = /^[a-z][a-z0-9_]{0,63}$/;

/** An id that may stand in a path: PostgreSQL holds no NUL, and no client shows the others. */
export const PRINTABLE = /^\P{Cc}+$/u;

/** Scope fields of a query or a body; without them, the command center. */
export class ScopeFields implements Partial<Scope> {
  /** Type of the desk. */
  @ApiPropertyOptional({
    default: DEFAULT_SCOPE.entityType,
    pattern: SNAKE_CASE.source,
    description: 'Type of the desk, snake_case.',
  })
  @IsOptional()
  @IsString()
  @Matches(SNAKE_CASE, { message: 'entityType must be snake_case, at most 64 characters' })
  entityType?: string;

  /** Id of the desk; without it, the type itself for the desks that are known, else required. */
  @ApiPropertyOptional({
    default: DEFAULT_SCOPE.entityId,
    maxLength: 128,
    description: 'Id of the desk. Without it: the same as entityType.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 128)
  @Matches(PRINTABLE, { message: 'entityId must not contain control characters' })
  entityId?: string;
}

/** The scope that fields name: `command_center/command_center` without any, `type/type` without an id. */
export function scopeOf(fields: Partial<Scope>): Scope {
  const entityType = fields.entityType ?? DEFAULT_SCOPE.entityType;
  return { entityType, entityId: fields.entityId ?? entityType };
}

/** A scope in the path of a route. */
export class ScopePath implements Scope {
  @ApiProperty({ example: DEFAULT_SCOPE.entityType, pattern: SNAKE_CASE.source })
  @Matches(SNAKE_CASE, { message: 'entityType must be snake_case, at most 64 characters' })
  entityType!: string;

  @ApiProperty({ example: DEFAULT_SCOPE.entityId, minLength: 1, maxLength: 128 })
  @Length(1, 128)
  @Matches(PRINTABLE, { message: 'entityId must not contain control characters' })
  entityId!: string;
}
