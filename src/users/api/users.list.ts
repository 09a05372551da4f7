import { type Query } from '../../database/connections/statement.js';
import { columnsOf } from '../../database/sql/columns.js';
import { Keyset } from '../../database/sql/keyset.js';
import { ListQuery, type PageStart } from '../../database/sql/list-query.js';
import { allWithin, grantOf } from '../../database/sql/scope-condition.js';
import { type Actor } from '../../kernel/actor.js';
import { User } from '../model/user.entity.js';

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
