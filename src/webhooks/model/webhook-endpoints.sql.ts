import { type Statement } from '../../database/connections/statement.js';
import { columnsOf, type RowOf } from '../../database/sql/columns.js';
import { Keyset } from '../../database/sql/keyset.js';
import { type Query } from '../../database/connections/statement.js';
import { ListQuery, type PageStart } from '../../database/sql/list-query.js';
import { allWithin, grantOf } from '../../database/sql/scope-condition.js';
import { type Actor } from '../../kernel/actor.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';

const COLUMNS = columnsOf(WebhookEndpoint);

/** What may be shown of an endpoint. */
const SHOWN = COLUMNS.without(
  'headersBox',
  'secretBox',
  'previousSecretBox',
  'failures',
  'deletedAt',
);
export type ShownEndpoint = RowOf<typeof SHOWN>;

/** An endpoint is seen until it is deleted, where all its scopes are granted. */
const VISIBLE = `deleted_at IS NULL AND ${allWithin('SELECT unnest(scopes) AS scope', '$1')}`;

/** The newest first: ids are ordered in time. */
export const NEWEST = Keyset.by(SHOWN.only('id'));

/** One endpoint, if the grants of $1 include its scopes. */
export const FIND: Statement = {
  name: 'find_webhook',
  text: `SELECT ${SHOWN.select()} FROM webhook_endpoints WHERE ${VISIBLE} AND id = $2`,
};

/** The same with all that is stored, locked until the transaction ends. */
export const LOCK: Statement = {
  name: 'lock_webhook',
  text: `SELECT ${COLUMNS.select()} FROM webhook_endpoints WHERE ${VISIBLE} AND id = $2 FOR UPDATE`,
};

export const COUNT: Statement = {
  name: 'count_webhooks',
  text: 'SELECT count(*)::int AS total FROM webhook_endpoints WHERE deleted_at IS NULL',
};

/**
 * Marks an endpoint as deleted and removes what is secret of it; nothing is shown of it, and nothing sent to
 * it. The dispatcher deletes its deliveries and then the row.
 */
export const MARK_DELETED: Statement = {
  name: 'mark_webhook_deleted',
  text: `
    UPDATE webhook_endpoints SET deleted_at = now(), status = 'disabled',
      disabled_reason = COALESCE(disabled_reason, 'operator'), disabled_at = COALESCE(disabled_at, now()),
      url = '', header_names = '{}', headers_box = NULL, secret_box = '', previous_secret_box = NULL,
      previous_secret_until = NULL, failures = 0, failing_since = NULL
    WHERE id = $1`,
};

/** A page of the endpoints that the actor sees, newest first. */
export function endpointsQuery(actor: Pick<Actor, 'scopes'>, start: PageStart): Query {
  return ListQuery.unscoped('webhooks', 'what counts is the scopes of the webhooks themselves', {
    conditions: [VISIBLE],
    values: [grantOf(actor)],
  }).page({ select: SHOWN.select(), from: 'webhook_endpoints', keyset: NEWEST }, start);
}
