import { type Query } from '../database/connections/statement.js';
import { type PageStart } from '../database/sql/list-query.js';
import { permissionsOf, ROLES } from '../kernel/permissions.js';
import { type Scope, ScopeFilter } from '../kernel/scope.js';
import { NIL_UUID } from '../kernel/uuid.js';

/** Somebody to whom a next best action may be assigned. */
export interface Person {
  readonly id: string;
  readonly name: string;
}

/** The position of a person in the list. */
export function positionOf({ name, id }: Person): [string, string] {
  return [name, id];
}

/** The roles that act on next best actions: a viewer could do nothing with one. */
const ACTING = ROLES.filter((role) => permissionsOf(role).has('next-actions.press'));

/** The enabled users who may see a scope and act in it, by name. */
export function peopleQuery(scope: Scope, { after = ['', NIL_UUID], limit }: PageStart): Query {
  const grants = ['*', `${scope.entityType}/*`, String(ScopeFilter.of(scope))];
  return {
    statement: {
      name: 'list_people',
      text: `
    SELECT users.id, users.name FROM users
    WHERE disabled_at IS NULL AND role = ANY($1::text[])
      AND EXISTS (SELECT FROM access_grants
                  WHERE user_id = users.id AND scope = ANY($2::text[]))
      AND (users.name, users.id) > ($3::text, $4::uuid)
    ORDER BY users.name, users.id LIMIT $5`,
    },
    values: [ACTING, grants, ...after, limit],
  };
}
