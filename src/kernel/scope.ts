/** What a work item, score, risk flag or next best action belongs to. Source: docs/domain.md. */
export interface Scope {
  /** `[a-z][a-z0-9_]{0,63}` */
  readonly entityType: string;
  /** Up to 128 characters. */
  readonly entityId: string;
}

/** The scope of a request that names none. */
export const DEFAULT_SCOPE: Scope = { entityType: 'command_center', entityId: 'command_center' };

/**
 * The entity type of review streams, to which the rules about leads, deliveries and scores do not apply.
 */
export const REVIEW_STREAM: Scope = { entityType: 'review_stream', entityId: 'review_stream' };

/** Whether the scope is a review stream; every other type is treated like the command center. */
export function isReviewStream(scope: Scope): boolean {
  return scope.entityType === REVIEW_STREAM.entityType;
}

/**
 * `<prefix>:<rule>:<entityType>:<entityId>`. Unambiguous although an id may hold colons: neither a rule key
 * nor an entity type can, and the id comes last.
 */
export function scopedRuleKey(prefix: 'risk' | 'nba', ruleKey: string, scope: Scope): string {
  return `${prefix}:${ruleKey}:${scope.entityType}:${scope.entityId}`;
}

/** A word of the domain: types, kinds and keys are written so. */
export const SNAKE_CASE = /^[a-z][a-z0-9_]{0,63}$/;

/**
 * An id that may be in a path: PostgreSQL stores no NUL, and the other control characters are not visible.
 */
export const PRINTABLE = /^\P{Cc}+$/u;

/** The scope that fields name: `command_center/command_center` without any, `type/type` without an id. */
export function scopeOf(fields: Partial<Scope>): Scope {
  const entityType = fields.entityType ?? DEFAULT_SCOPE.entityType;
  return { entityType, entityId: fields.entityId ?? entityType };
}
