import { type Statement } from '../../database/connections/statement.js';

/** What the fan-out sends of an event, as a record in a JSON array. */
export interface FannedEvent {
  readonly id: string;
  readonly eventKey: string;
  readonly entityType: string | null;
  readonly entityId: string | null;
  /** Who caused it; null for the system, and for what must not become a work item. */
  readonly actorId: string | null;
  readonly createdAt: Date;
  /** The trace that published it. */
  readonly traceParent: string | null;
  /** The exact text that is signed and sent. */
  readonly body: string;
}

const RECORD = `event("id" uuid, "eventKey" text, "entityType" text, "entityId" text, "actorId" uuid,
      "createdAt" timestamptz, "traceParent" text, "body" text)`;

/** Clocks of servers differ by less than this. */
const CLOCK_TOLERANCE = `interval '1 minute'`;

/** In an event's scope, an endpoint gets it; events without a scope go to endpoints of all scopes alone. */
const IN_SCOPE = `('*' = ANY(endpoint.scopes)
      OR event."entityType" || '/' || event."entityId" = ANY(endpoint.scopes)
      OR event."entityType" || '/*' = ANY(endpoint.scopes))`;

/**
 * A UUIDv7 with the time of the event, and bits that the event and the endpoint give: a fan-out that runs
 * again makes the same ids.
 */
const ID = `(lpad(to_hex((extract(epoch FROM event."createdAt") * 1000)::bigint), 12, '0')
        || '7' || left(digest.hex, 3) || '8' || substr(digest.hex, 4, 15))::uuid`;

/**
 * Adds a delivery of each event in $1 for each enabled endpoint that wants it, and returns how many it added.
 * An endpoint gets the events from its creation on. The lock keeps an endpoint from being deleted meanwhile,
 * which the foreign key would refuse.
 */
export const FAN_OUT: Statement = {
  name: 'fan_out_webhooks',
  text: `
    WITH added AS (
      INSERT INTO webhook_deliveries (id, endpoint_id, event_id, event_key, entity_type, entity_id,
        message_id, body, next_try_at, trace_parent, actor_kind)
      SELECT made.id, endpoint.id, event."id", event."eventKey", event."entityType", event."entityId",
        'msg_' || replace(made.id::text, '-', ''), event."body", now(),
        event."traceParent",
        CASE WHEN event."actorId" IS NULL THEN NULL
          WHEN EXISTS (SELECT FROM service_tokens WHERE id = event."actorId") THEN 'service'
          ELSE 'user' END
      FROM jsonb_to_recordset($1::jsonb) AS ${RECORD}
      JOIN webhook_endpoints AS endpoint ON endpoint.status = 'enabled'
        AND endpoint.created_at <= event."createdAt" + ${CLOCK_TOLERANCE}
        AND ('*' = ANY(endpoint.event_keys) OR event."eventKey" = ANY(endpoint.event_keys))
        AND ${IN_SCOPE}
      CROSS JOIN LATERAL (
        SELECT encode(sha256(convert_to(endpoint.id::text || event."id"::text, 'UTF8')), 'hex') AS hex
      ) AS digest
      CROSS JOIN LATERAL (SELECT ${ID} AS id) AS made
      FOR KEY SHARE OF endpoint
      ON CONFLICT DO NOTHING
      RETURNING 1)
    SELECT count(*)::int AS added FROM added`,
};

/**
 * When the oldest endpoint was made, null while there is none; and whether there is one, or the rest of one
 * that is deleted.
 */
export const OLDEST_ENDPOINT: Statement = {
  name: 'find_oldest_webhook_endpoint',
  text: `
    SELECT min(created_at) FILTER (WHERE deleted_at IS NULL) - ${CLOCK_TOLERANCE} AS since,
      count(*) > 0 AS any
    FROM webhook_endpoints`,
};
