import { columnsOf } from '../../database/sql/columns.js';
import { type Statement } from '../../database/connections/statement.js';
import { SENDABLE_COLUMNS } from '../model/sendable-endpoint.js';
import { WebhookDelivery } from '../model/webhook-delivery.entity.js';
import { FAILING_AFTER } from './endpoint-health.js';

/** Most tries of one endpoint at once, in all processes. */
export const TRIES_PER_ENDPOINT = 4;

/** An endpoint that fails gets one try at a time: its timeouts must not use up the slots of the others. */
const SLOTS = `CASE WHEN endpoint.failures >= ${FAILING_AFTER} THEN 1 ELSE ${TRIES_PER_ENDPOINT} END`;

const BUSY = `(
      SELECT count(*) FROM webhook_deliveries AS busy
      WHERE busy.endpoint_id = endpoint.id AND busy.leased_until > now())`;

/** What is due of the endpoint: read by `ix_webhook_deliveries_due`, never further than the limit. */
const DUE = `
      FROM webhook_deliveries AS due
      WHERE due.endpoint_id = endpoint.id AND due.state = 'pending' AND due.next_try_at <= now()
      ORDER BY due.next_try_at`;

/** The endpoints that have something due and a free slot. */
export const FIND_CLAIMABLE: Statement = {
  name: 'find_claimable_webhooks',
  text: `
    SELECT endpoint.id FROM webhook_endpoints AS endpoint
    CROSS JOIN LATERAL (SELECT 1 ${DUE} LIMIT 1) AS first
    WHERE endpoint.status = 'enabled' AND ${BUSY} < ${SLOTS}`,
};

/**
 * Locks those of the endpoints in $1 that no other process claims for at this moment, so that the slots in
 * use are counted by one at a time. The claim is a statement of its own: its snapshot is taken after the lock.
 */
export const LOCK_ENDPOINTS: Statement = {
  name: 'lock_webhook_endpoints',
  text: `
    SELECT ${SENDABLE_COLUMNS.select()} FROM webhook_endpoints
    WHERE id = ANY($1::uuid[]) AND status = 'enabled'
    FOR NO KEY UPDATE SKIP LOCKED`,
};

const CLAIMED = columnsOf(WebhookDelivery).only(
  'id',
  'endpointId',
  'eventKey',
  'messageId',
  'body',
  'tries',
  'triesBefore',
  'traceParent',
);

/**
 * Claims up to $2 due deliveries of the endpoints $1 for $4 ms, and at most $3 of those that fail. First one
 * of each endpoint, then the second ones: no endpoint waits for the backlog of another. A claim moves the
 * delivery behind its lease, so that one whose process died is due again when that ends; the try that was
 * lost is on record.
 */
export const CLAIM: Statement = {
  name: 'claim_webhook_deliveries',
  text: `
    WITH endpoint AS MATERIALIZED (
      SELECT endpoint.id, endpoint.failures >= ${FAILING_AFTER} AS failing, ${SLOTS} - ${BUSY} AS free
      FROM webhook_endpoints AS endpoint WHERE endpoint.id = ANY($1::uuid[])),
    due AS MATERIALIZED (
      SELECT first.*, endpoint.id AS endpoint_id, endpoint.failing, endpoint.free
      FROM endpoint CROSS JOIN LATERAL (
        SELECT due.id, due.tries, due.next_try_at, due.leased_until ${DUE}
        LIMIT ${TRIES_PER_ENDPOINT} FOR UPDATE SKIP LOCKED) AS first),
    turn AS (
      SELECT due.*, row_number() OVER (PARTITION BY endpoint_id ORDER BY next_try_at, id) AS turn
      FROM due),
    place AS (
      SELECT turn.*, row_number() OVER (PARTITION BY failing ORDER BY turn, next_try_at) AS place
      FROM turn WHERE turn <= free),
    taken AS (
      SELECT * FROM place WHERE NOT failing OR place <= $3::int
      ORDER BY failing, place LIMIT $2::int),
    lost AS (
      INSERT INTO webhook_attempts (delivery_id, attempt, started_at, duration_ms, error_code, error)
      SELECT id, tries, leased_until - $4::int * interval '1 ms', $4::int, 'WORKER_LOST',
        'The process that sent it ended without a result.'
      FROM taken WHERE leased_until IS NOT NULL
      ON CONFLICT DO NOTHING)
    UPDATE webhook_deliveries AS delivery SET
      tries = delivery.tries + 1,
      leased_until = now() + $4::int * interval '1 ms',
      next_try_at = now() + $4::int * interval '1 ms'
    FROM taken WHERE delivery.id = taken.id
    RETURNING ${CLAIMED.select('delivery')}, taken.failing`,
};
