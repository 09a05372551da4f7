import { type Statement } from '../../database/connections/statement.js';
import { DELIVERY_OF_ITEM } from '../model/delivery-columns.js';

/** The fence: a try that lost its lease to another one can't record its result. */
const MINE = `id = $1 AND tries = $2 AND state = 'pending' AND leased_until IS NOT NULL`;

/** What the record of a result reads of the delivery. */
const ENDED = DELIVERY_OF_ITEM.select();

const ATTEMPT = `
      INSERT INTO webhook_attempts
        (delivery_id, attempt, started_at, duration_ms, status, error_code, error, answer)
      SELECT id, $2, $3, $4, $5, $6, $7, $8 FROM ended`;

/**
 * Records a success and that its endpoint $9 does not fail any more ($10: whether the try counts for that, if
 * it went to the URL $11 that the endpoint still has), in one statement. Returns the delivery, with the
 * failures of the endpoint before; no row if the try lost its lease. The endpoint is locked before the
 * delivery, as by whoever deletes it.
 */
export const RECORD_SUCCESS: Statement = {
  name: 'record_webhook_success',
  text: `
    WITH failing AS MATERIALIZED (
      SELECT id, failures, failing_since FROM webhook_endpoints
      WHERE id = $9 AND $10::boolean AND url = $11 AND failures > 0
      FOR NO KEY UPDATE),
    ended AS (
      UPDATE webhook_deliveries SET state = 'delivered', next_try_at = NULL, leased_until = NULL,
        last_status = $5, last_error = NULL, delivered_at = now(), updated_at = now()
      WHERE ${MINE} AND (SELECT count(*) FROM failing) < 2
      RETURNING *),
    attempt AS (${ATTEMPT}),
    recovered AS (
      UPDATE webhook_endpoints AS endpoint SET failures = 0, failing_since = NULL
      FROM failing, ended WHERE endpoint.id = failing.id)
    SELECT ended.*, failing.failures, failing.failing_since AS "failingSince"
    FROM (SELECT ${ENDED} FROM ended) AS ended LEFT JOIN failing ON true`,
};

/** Locks an endpoint of which a try failed: before the delivery, as by whoever deletes it. */
export const LOCK_ENDPOINT: Statement = {
  name: 'lock_webhook_endpoint',
  text: 'SELECT id FROM webhook_endpoints WHERE id = $1 FOR NO KEY UPDATE',
};

/** Locks a delivery of which a try failed; no row if the try lost its lease. */
export const LOCK_TRY: Statement = {
  name: 'lock_webhook_try',
  text: `SELECT ${ENDED} FROM webhook_deliveries WHERE ${MINE} FOR UPDATE`,
};

/**
 * Counts a failure of an endpoint and returns its health; no row if it is deleted. Counts nothing where $2 is
 * false, or the URL $3 that the try went to is not that of the endpoint any more.
 */
export const COUNT_FAILURE: Statement = {
  name: 'count_webhook_failure',
  text: `
    UPDATE webhook_endpoints AS endpoint SET
      failures = failures + CASE WHEN counts THEN 1 ELSE 0 END,
      failing_since = CASE WHEN counts THEN COALESCE(failing_since, now()) ELSE failing_since END
    FROM (SELECT id, $2::boolean AND url = $3 AS counts, url <> $3 AS moved
      FROM webhook_endpoints WHERE id = $1) AS sent
    WHERE endpoint.id = sent.id AND endpoint.deleted_at IS NULL
    RETURNING status, failures, failing_since AS "failingSince", now() AS now, counts, moved`,
};

/** How many tries of an endpoint failed in the last 24 h, up to $2. */
export const COUNT_RECENT_FAILURES: Statement = {
  name: 'count_recent_webhook_failures',
  text: `
    SELECT count(*)::int AS total FROM (
      SELECT 1 FROM webhook_deliveries AS delivery
      JOIN webhook_attempts AS attempt ON attempt.delivery_id = delivery.id
      WHERE delivery.endpoint_id = $1 AND delivery.updated_at > now() - interval '24 h'
        AND delivery.event_key NOT LIKE 'webhook.%'
        AND attempt.error_code <> 'WORKER_LOST' AND attempt.started_at > now() - interval '24 h'
      LIMIT $2) AS recent`,
};

/** Disables an endpoint, for the reason $2. Its next start is without failures. */
export const DISABLE: Statement = {
  name: 'disable_webhook_endpoint',
  text: `
    UPDATE webhook_endpoints SET status = 'disabled', disabled_reason = $2, disabled_at = now()
    WHERE id = $1`,
};

/** Records a try that failed: the delivery is pending again in $10 ms, or has failed where that is null. */
export const RECORD_FAILURE: Statement = {
  name: 'record_webhook_failure',
  text: `
    WITH ended AS (
      UPDATE webhook_deliveries SET
        state = $9, next_try_at = now() + $10::float8 * interval '1 ms', leased_until = NULL,
        last_status = $5, last_error = $7, updated_at = now()
      WHERE ${MINE} RETURNING id)
    ${ATTEMPT}`,
};

/** Puts a delivery back whose try was interrupted: it does not count. */
export const PUT_BACK: Statement = {
  name: 'put_back_webhook_delivery',
  text: `
    UPDATE webhook_deliveries SET tries = tries - 1, next_try_at = now(), leased_until = NULL
    WHERE ${MINE}`,
};

/** What waits for an endpoint that is disabled, and has no try under way. */
const ABANDONED = `
      FROM webhook_deliveries AS pending
      WHERE pending.endpoint_id = endpoint.id AND pending.state = 'pending'
        AND (pending.leased_until IS NULL OR pending.leased_until <= now())
      ORDER BY pending.next_try_at`;

/** Whether something waits for a disabled endpoint: a row if so. */
export const FIND_ABANDONED: Statement = {
  name: 'find_abandoned_webhooks',
  text: `
    SELECT 1 AS found FROM webhook_endpoints AS endpoint
    CROSS JOIN LATERAL (SELECT 1 ${ABANDONED} LIMIT 1) AS first
    WHERE endpoint.status = 'disabled' AND endpoint.deleted_at IS NULL LIMIT 1`,
};

/** Most deliveries that one transaction fails. */
export const ABANDONED_BATCH = 500;

/** Fails a batch of them and returns it. */
export const FAIL_ABANDONED: Statement = {
  name: 'fail_abandoned_webhooks',
  text: `
    WITH abandoned AS MATERIALIZED (
      SELECT first.id FROM webhook_endpoints AS endpoint
      CROSS JOIN LATERAL (
        SELECT pending.id ${ABANDONED} LIMIT ${ABANDONED_BATCH} FOR UPDATE SKIP LOCKED) AS first
      WHERE endpoint.status = 'disabled' AND endpoint.deleted_at IS NULL
      LIMIT ${ABANDONED_BATCH})
    UPDATE webhook_deliveries AS delivery SET state = 'failed', next_try_at = NULL, leased_until = NULL,
      last_error = 'The endpoint is disabled.', updated_at = now()
    FROM abandoned WHERE delivery.id = abandoned.id
    RETURNING ${DELIVERY_OF_ITEM.select('delivery')}`,
};
