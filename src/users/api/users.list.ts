import { type Query } from '../../database/connections/statement.js';
import { type PageStart } from '../../database/sql/list-query.js';
import { type ScopeFilter } from '../../kernel/scope.js';
import { type ListedUser } from './users.dto.js';

/**
 * Scopes as a parameter that grants are compared with: null for all.
 */
export function grantsParameter(scopes: ScopeFilter): string[] | null {
  return scopes.kind === 'all' ? null : scopes.texts;
}

/** Whether a grant lies in the scopes of a parameter: `account/acme` in `account/*`. */
function grantWithin(grant: string, parameter: string): string {
  return `(${grant} = ANY(${parameter}) OR split_part(${grant}, '/', 1) || '/*' = ANY(${parameter}))`;
}

/**
 * Whether scopes, rows of one column `scope`, all lie in those of the parameter, and there are any: whose
 * grants go beyond one's own, or who has none, is seen by administrators of all scopes alone.
 */
export function allWithin(scopes: string, parameter: string): string {
  return `(${parameter}::text[] IS NULL OR COALESCE(
      (SELECT bool_and(${grantWithin('each.scope', `${parameter}::text[]`)}) FROM (${scopes}) AS each),
      false))`;
}

const VISIBLE = allWithin('SELECT scope FROM access_grants WHERE user_id = users.id', '$1');

const COLUMNS = `
  users.id, users.name, users.email, users.role,
  ARRAY(SELECT scope FROM access_grants WHERE user_id = users.id ORDER BY scope COLLATE "C") AS scopes,
  users.disabled_at IS NOT NULL AS disabled,
  users.created_at AS "createdAt", users.last_sign_in_at AS "lastSignInAt"`;

/** A page of the users whose grants lie in the scopes of the caller, by e-mail. */
export function usersQuery(granted: ScopeFilter, { after = [''], limit }: PageStart): Query {
  return {
    statement: {
      name: 'list_users',
      text: `
        SELECT ${COLUMNS} FROM users
        WHERE ${VISIBLE} AND email > $2
        ORDER BY email LIMIT $3`,
    },
    values: [grantsParameter(granted), ...after, limit],
  };
}

/** The position of a user in the list. */
export function positionOf({ email }: ListedUser): [string] {
  return [email];
}

/** One user, if the caller may see it. */
export function userQuery(granted: ScopeFilter, id: string): Query {
  return {
    statement: {
      name: 'find_listed_user',
      text: `SELECT ${COLUMNS} FROM users WHERE ${VISIBLE} AND id = $2`,
    },
    values: [grantsParameter(granted), id],
  };
}

/** The same, locked until the transaction ends. */
export function lockQuery(granted: ScopeFilter, id: string): Query {
  const { statement, values } = userQuery(granted, id);
  return {
    statement: { name: 'lock_listed_user', text: `${statement.text} FOR UPDATE OF users` },
    values,
  };
}
