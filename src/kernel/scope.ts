import { hasVisibleText, isDotSegment } from './visible-text.js';

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

/** A scope as one text: the dedupe key of a job that works on all of it. */
export function scopeKey({ entityType, entityId }: Scope): string {
  return `${entityType}/${entityId}`;
}

/** A word of the domain: types, kinds and keys are written so. */
export const SNAKE_CASE = /^[a-z][a-z0-9_]{0,63}$/;

/**
 * An id that may be in a path: PostgreSQL stores no NUL, and the other control characters are not visible.
 */
export const PRINTABLE = /^\P{Cc}+$/u;

/** The fields of a request that name a scope. */
export interface NamedScope {
  readonly entityType?: string | undefined;
  readonly entityId?: string | undefined;
}

/** Whether fields name a scope: one of them is enough. */
export function namesScope({ entityType, entityId }: NamedScope): boolean {
  return entityType !== undefined || entityId !== undefined;
}

/** The scope that fields name: `command_center/command_center` without any, `type/type` without an id. */
export function scopeOf(fields: NamedScope): Scope {
  const entityType = fields.entityType ?? DEFAULT_SCOPE.entityType;
  return { entityType, entityId: fields.entityId ?? entityType };
}

/** Scopes of a type, or all scopes: a field that is left out matches any. */
export interface ScopePattern {
  readonly entityType?: string;
  readonly entityId?: string;
}

/** Which shape a filter has; each can have an index of its own. */
export type ScopeFilterKind = 'none' | 'one' | 'type' | 'all' | 'several';

/**
 * Which scopes a list, a summary or a feed reads: those that match one of its patterns. Immutable. What a
 * request names is one pattern; what a caller is granted may be several, and narrows it.
 */
export class ScopeFilter {
  /** Every scope. */
  static readonly ALL = new ScopeFilter([{}]);
  /** No scope. */
  static readonly NONE = new ScopeFilter([]);

  private constructor(readonly patterns: readonly ScopePattern[]) {}

  /** One scope alone. */
  static of({ entityType, entityId }: Scope): ScopeFilter {
    return new ScopeFilter([{ entityType, entityId }]);
  }

  /** `*`, `account/*` or `account/acme`; undefined for any other text. An id may hold slashes. */
  static parse(text: string): ScopeFilter | undefined {
    if (text === '*') return ScopeFilter.ALL;
    const slash = text.indexOf('/');
    const entityType = text.slice(0, slash);
    const entityId = text.slice(slash + 1);
    if (slash === -1 || !SNAKE_CASE.test(entityType)) return undefined;
    if (entityId === '*') return new ScopeFilter([{ entityType }]);
    if (entityId.length > MAX_ENTITY_ID || !PRINTABLE.test(entityId)) return undefined;
    if (isDotSegment(entityId) || !hasVisibleText(entityId)) return undefined;
    return ScopeFilter.of({ entityType, entityId });
  }

  /** The scopes that match one of these texts; a text of another form matches none. */
  static parseAll(texts: readonly string[]): ScopeFilter {
    return ScopeFilter.anyOf(texts.map((text) => ScopeFilter.parse(text) ?? ScopeFilter.NONE));
  }

  /** The scopes that match one of these filters. */
  static anyOf(filters: readonly ScopeFilter[]): ScopeFilter {
    const patterns = filters.flatMap((filter) => filter.patterns);
    const needed = patterns.filter(
      (pattern, index) =>
        !patterns.some(
          (other, at) =>
            at !== index && covers(other, pattern) && (!covers(pattern, other) || at < index),
        ),
    );
    return new ScopeFilter(needed);
  }

  get kind(): ScopeFilterKind {
    const [only, ...others] = this.patterns;
    if (!only) return 'none';
    if (others.length > 0) return 'several';
    if (only.entityType === undefined) return 'all';
    return only.entityId === undefined ? 'type' : 'one';
  }

  /** The scope that all of it is in; null where it names more than one type or id. */
  get common(): { readonly entityType: string | null; readonly entityId: string | null } {
    const [{ entityType = null, entityId = null } = {}] = this.patterns;
    return { entityType, entityId };
  }

  /** The scopes that both filters match: what was asked for, within what is granted. */
  within(granted: ScopeFilter): ScopeFilter {
    return ScopeFilter.anyOf(
      this.patterns.flatMap((asked) =>
        granted.patterns.flatMap((allowed) => {
          const narrower = covers(allowed, asked) ? asked : covers(asked, allowed) ? allowed : [];
          return new ScopeFilter([narrower].flat());
        }),
      ),
    );
  }

  /** Whether this matches all that another filter matches. */
  includes(other: ScopeFilter): boolean {
    return other.patterns.every((narrow) => this.patterns.some((wide) => covers(wide, narrow)));
  }

  /** Each pattern as a text: `account/*`. */
  get texts(): string[] {
    return this.patterns.map(patternText);
  }

  /** `account/*`; several patterns are separated by a comma. */
  toString(): string {
    return this.texts.join(',');
  }

  /** The same in JSON: a filter that holds it binds the cursors of its list. */
  toJSON(): string {
    return this.toString();
  }
}

/** Longest id of a scope, in characters. */
export const MAX_ENTITY_ID = 128;

function covers(wide: ScopePattern, narrow: ScopePattern): boolean {
  if (wide.entityType === undefined) return true;
  if (wide.entityType !== narrow.entityType) return false;
  return wide.entityId === undefined || wide.entityId === narrow.entityId;
}

/** `account/acme`, `account/*` or `*`. */
export function patternText({ entityType, entityId }: ScopePattern): string {
  return entityType === undefined ? '*' : `${entityType}/${entityId ?? '*'}`;
}
