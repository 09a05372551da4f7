import { type Query } from '../../database/connections/statement.js';
import { columnsOf } from '../../database/sql/columns.js';
import { Keyset } from '../../database/sql/keyset.js';
import { ListQuery, type PageStart } from '../../database/sql/list-query.js';
import { grantOf } from '../../database/sql/scope-condition.js';
import { type Actor } from '../../kernel/actor.js';
import { User } from '../model/user.entity.js';

/** Whether a grant lies in the scopes of a parameter: `account/acme` in `account/*`. */
function grantWithin(grant: string, parameter: string): string {
  return `(${grant} = ANY(${parameter}) OR split_part(${grant}, '/', 1) || '/*' = ANY(${parameter}))`;
}

/**
 * Whether scopes, rows of one column `scope`, all lie in those of the parameter, which {@link grantOf} makes,
 * and there are any: whose grants go beyond one's own, or who has none, is seen by administrators of all
 * scopes alone.
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

/** The order of the list. */
export const BY_EMAIL = Keyset.by(columnsOf(User).only('email'), 'users', 'ASC');

/** A page of the users whose grants lie in the scopes of the caller, by e-mail. */
export function usersQuery(actor: Pick<Actor, 'scopes'>, start: PageStart): Query {
  return ListQuery.unscoped('users', 'what counts is the grants of the users themselves', {
    conditions: [VISIBLE],
    values: [grantOf(actor)],
  }).page({ select: COLUMNS, from: 'users', keyset: BY_EMAIL }, start);
}

/** One user, if the caller may see it. */
export function userQuery(actor: Pick<Actor, 'scopes'>, id: string): Query {
  return {
    statement: {
      name: 'find_listed_user',
      text: `SELECT ${COLUMNS} FROM users WHERE ${VISIBLE} AND id = $2`,
    },
    values: [grantOf(actor), id],
  };
}

/** The same, locked until the transaction ends. */
export function lockQuery(actor: Pick<Actor, 'scopes'>, id: string): Query {
  const { statement, values } = userQuery(actor, id);
  return {
    statement: { name: 'lock_listed_user', text: `${statement.text} FOR UPDATE OF users` },
    values,
  };
}
