import { type Actor } from '../../kernel/actor.js';
import { DomainError } from '../../kernel/errors/domain-error.js';
import { permissionsOfService, type Role } from '../../kernel/permissions.js';
import { ScopeFilter } from '../../kernel/scope.js';

/** What is given to a user or a service token. */
export interface Granted {
  readonly role: Role;
  readonly scopes: readonly string[];
}

/** Throws a 403 for a role or scopes beyond those of the one who gives them. */
export function assertMayGive({ role, scopes }: Granted, actor: Actor): void {
  const beyond = [...permissionsOfService(role)].some((each) => !actor.permissions.has(each));
  if (beyond) throw beyondOwn(`the role ${role}`);
  assertMayGiveScopes(scopes, actor);
}

/** Throws a 403 for scopes beyond those of the one who gives them. */
export function assertMayGiveScopes(scopes: readonly string[], actor: Actor): void {
  if (actor.scopes.includes(ScopeFilter.parseAll(scopes))) return;
  throw beyondOwn(`the scopes ${scopes.join(', ')}`);
}

function beyondOwn(what: string): DomainError {
  return new DomainError(
    'GRANT_BEYOND_OWN',
    403,
    `You can't give ${what}: nobody gives a role or scopes beyond their own.`,
    { logLevel: 'info' },
  );
}

/** The fewest scopes that say the same: without those that another one includes. */
export function fewestScopes(scopes: readonly string[]): string[] {
  return ScopeFilter.parseAll(scopes).texts.sort();
}
