import { type Statement } from '../../database/connections/statement.js';
import { isSeenDelivery } from '../model/delivery-columns.js';

/** Its schedule begins anew; the message keeps its id, and the tries their numbers. */
const AGAIN = `state = 'pending', next_try_at = now(), leased_until = NULL, tries_before = tries,
      delivered_at = NULL, updated_at = now()`;

/** One delivery of an endpoint that the actor of $3 and $4 sees, locked, with the state of both. */
export const LOCK_DELIVERY: Statement = {
  name: 'lock_webhook_delivery',
  text: `
    SELECT delivery.state, delivery.event_key AS "eventKey", endpoint.status
    FROM webhook_deliveries AS delivery
    JOIN webhook_endpoints AS endpoint ON endpoint.id = delivery.endpoint_id
    WHERE delivery.id = $1 AND endpoint.id = $2 AND endpoint.deleted_at IS NULL
      AND ${isSeenDelivery('$3', '$4')}
    FOR UPDATE OF delivery`,
};

/** Makes a delivery that ended pending again. */
export const REQUEUE: Statement = {
  name: 'requeue_webhook_delivery',
  text: `UPDATE webhook_deliveries SET ${AGAIN} WHERE id = $1 AND state <> 'pending'`,
};

/** Most deliveries that one transaction makes pending again. */
export const REQUEUE_BATCH = 1000;

/** The time up to which a recovery looks: the end of this ms, to which what failed just now is rounded. */
export const RECOVERY_START: Statement = {
  name: 'find_start_of_webhook_recovery',
  text: `SELECT now() + interval '1 ms' AS before`,
};

/**
 * Makes a batch of the deliveries of the endpoint $1 pending that failed from $2 on, and before $3: those
 * that fail again meanwhile are not taken twice. Only what the actor of $4 and $5 sees.
 */
export const REQUEUE_ENDPOINT: Statement = {
  name: 'requeue_webhook_endpoint',
  text: `
    WITH failed AS MATERIALIZED (
      SELECT id FROM webhook_deliveries
      WHERE endpoint_id = $1 AND state = 'failed' AND updated_at >= $2 AND updated_at < $3
        AND ${isSeenDelivery('$4', '$5')}
      ORDER BY updated_at LIMIT ${REQUEUE_BATCH} FOR UPDATE SKIP LOCKED)
    UPDATE webhook_deliveries AS delivery SET ${AGAIN} FROM failed WHERE delivery.id = failed.id`,
};

/** What failed in a scope: of the events that make work items, in the order of `…_failed_scope`. */
const FAILED_IN_SCOPE = `
      FROM webhook_deliveries AS delivery
      WHERE entity_type = $1 AND entity_id = $2 AND state = 'failed' AND actor_kind IS NOT NULL`;

/** Whether a delivery failed in the scope $1, $2: a row if so. */
export const FIND_FAILED_IN_SCOPE: Statement = {
  name: 'find_failed_webhooks_of_scope',
  text: `SELECT 1 AS found ${FAILED_IN_SCOPE} LIMIT 1`,
};

/**
 * Makes a batch of what failed in the scope $1, $2 before $3 pending, after the id $4, unless its endpoint is
 * disabled. Returns how many there are, how many were made pending, and the last id.
 */
export const REQUEUE_SCOPE: Statement = {
  name: 'requeue_webhooks_of_scope',
  text: `
    WITH failed AS MATERIALIZED (
      SELECT id, endpoint_id ${FAILED_IN_SCOPE} AND updated_at < $3 AND id > $4
      ORDER BY id LIMIT ${REQUEUE_BATCH} FOR UPDATE SKIP LOCKED),
    again AS (
      UPDATE webhook_deliveries AS delivery SET ${AGAIN}
      FROM failed JOIN webhook_endpoints AS endpoint
        ON endpoint.id = failed.endpoint_id AND endpoint.status = 'enabled'
      WHERE delivery.id = failed.id RETURNING 1)
    SELECT (SELECT count(*)::int FROM failed) AS found, (SELECT count(*)::int FROM again) AS requeued,
      (SELECT id FROM failed ORDER BY id DESC LIMIT 1) AS last`,
};
