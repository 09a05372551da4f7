import { type Actor } from './actor.js';
import { NotFoundError } from './errors/domain-error.js';
import { type Permission } from './permissions.js';
import {
  DEFAULT_SCOPE,
  namesScope,
  type Scope,
  type NamedScope,
  ScopeFilter,
  scopeOf,
  type ScopePattern,
} from './scope.js';

declare const GRANTED: unique symbol;

/**
 * Scopes that a caller may see. Only this file makes one, and every list, count, summary and feed demands
 * one: a query that forgets its caller does not compile.
 */
export type GrantedScopes = ScopeFilter & { readonly [GRANTED]: true };

/** What a caller is granted. */
type Grants = Pick<Actor, 'scopes'>;

/** Scopes as a query names them: by `scope`, or by the fields of one scope. */
export interface NamedScopes extends NamedScope {
  readonly scope?: string | undefined;
}

/** All that a caller may see. */
export function allOf({ scopes }: Grants): GrantedScopes {
  return scopes as GrantedScopes;
}

/** One scope that was read from a row which the caller was granted. */
export function seenScope(scope: Scope): GrantedScopes {
  return ScopeFilter.of(scope) as GrantedScopes;
}

/** What a filter matches of that which a caller may see; nothing, if it may see none of it. */
export function within(filter: ScopeFilter, { scopes }: Grants): GrantedScopes {
  return filter.within(scopes) as GrantedScopes;
}

/** Whether a caller may see a scope. */
export function maySee({ scopes }: Grants, scope: Scope): boolean {
  return ScopeFilter.of(scope).within(scopes).kind === 'one';
}

/**
 * The scopes that a query reads. Without any that it names: the command center, or else all that the caller
 * may see. Throws a 404 where it names scopes of which the caller may see none.
 */
export function scopesToRead(named: NamedScopes, actor: Grants): GrantedScopes {
  if (named.scope !== undefined) return demanded(ScopeFilter.parse(named.scope), actor);
  if (namesScope(named)) return demanded(ScopeFilter.of(scopeOf(named)), actor);
  return maySee(actor, DEFAULT_SCOPE) ? seenScope(DEFAULT_SCOPE) : allOf(actor);
}

function demanded(asked: ScopeFilter | undefined, actor: Grants): GrantedScopes {
  const granted = within(asked ?? ScopeFilter.NONE, actor);
  // Of all scopes, a caller may see none, and gets an empty list.
  if (granted.kind === 'none' && asked?.kind !== 'all') throw scopeNotFound(String(asked));
  return granted;
}

/**
 * The scope that a change names: the command center without its fields, or else the one scope that the
 * caller is granted. Throws a 404 for a scope that the caller may not see.
 */
export function scopeFor(named: NamedScope, actor: Grants): Scope {
  const scope = namesScope(named) ? scopeOf(named) : ownScope(actor);
  if (!maySee(actor, scope)) throw scopeNotFound(String(ScopeFilter.of(scope)));
  return scope;
}

/**
 * The scopes that a change names: one as in {@link scopeFor}, or by `scope` those of a type, or all. Throws a
 * 404 unless the caller may see all of them.
 */
export function patternFor(named: NamedScopes, actor: Grants): ScopePattern {
  const { scope } = named;
  if (scope === undefined) return scopeFor(named, actor);
  const asked = ScopeFilter.parse(scope);
  const [pattern] = asked?.patterns ?? [];
  if (!asked || !pattern || !actor.scopes.includes(asked)) throw scopeNotFound(scope);
  return pattern;
}

/** The scope of a change that names none: the command center, or the one scope that a caller is granted. */
export function ownScope({ scopes }: Grants): Scope {
  const [only, ...others] = scopes.patterns;
  const isOne = others.length === 0 && only?.entityType !== undefined;
  if (!isOne || only.entityId === undefined) return DEFAULT_SCOPE;
  return { entityType: only.entityType, entityId: only.entityId };
}

/** A scope that does not exist for a caller. */
export function scopeNotFound(scope: string): NotFoundError {
  return new NotFoundError('SCOPE_NOT_FOUND', `There is no scope ${scope} that you may see.`);
}

/** What a reader may see in a table of which some rows belong to no scope. */
export interface VisibleRows {
  readonly scopes: GrantedScopes;
  /** Whether those without a scope are seen, too; only beside all scopes. */
  readonly unscoped: boolean;
}

/** The rows that a query reads of such a table: all that the caller may see, unless it names scopes. */
export function visibleRows(
  named: NamedScopes,
  actor: Pick<Actor, 'permissions' | 'scopes'>,
): VisibleRows {
  const isNamed = named.scope !== undefined || namesScope(named);
  const scopes = isNamed ? scopesToRead(named, actor) : allOf(actor);
  return { scopes, unscoped: scopes.kind === 'all' && seesUnscoped(actor) };
}

/** Whether a caller sees what belongs to no scope: an administrator of all scopes, and the system. */
export function seesUnscoped({
  permissions,
  scopes,
}: Pick<Actor, 'permissions' | 'scopes'>): boolean {
  const manages: Permission = 'users.manage';
  return scopes.kind === 'all' && permissions.has(manages);
}
