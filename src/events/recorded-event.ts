import { uuidv7 } from 'uuidv7';
import { redactText, redactValue } from '../kernel/redaction/redaction.js';
import {
  type DomainEventName,
  type DomainEvents,
  EVENT_LEVEL_OF,
  type EventLevel,
  type EventPayload,
} from './domain-events.js';

/** An event as it is stored, emitted and logged: redacted, with its id, level and time. */
export interface RecordedEvent<
  K extends DomainEventName = DomainEventName,
> extends EventPayload<object> {
  readonly id: string;
  readonly eventKey: K;
  readonly level: EventLevel;
  readonly createdAt: Date;
}

/** Makes the event that is stored and emitted; secrets leave it here, before anybody sees it. */
export function recordEvent<K extends DomainEventName>(
  eventKey: K,
  payload: DomainEvents[K],
): RecordedEvent<K> {
  return {
    ...payload,
    ...(payload.errorMessage === undefined
      ? {}
      : { errorMessage: redactText(payload.errorMessage) }),
    meta: redactValue(payload.meta) as object,
    id: uuidv7(),
    eventKey,
    level: EVENT_LEVEL_OF[eventKey],
    createdAt: new Date(),
  };
}

/** Stores any number of events, given as one JSON array, in the caller's transaction. */
export const INSERT_EVENTS = {
  name: 'insert_ops_events',
  text: `
    INSERT INTO ops_events (id, level, event_key, status, actor_id, source_type, source_id,
      entity_type, entity_id, request_id, duration_ms, error_code, error_message, meta, created_at)
    SELECT e."id", e."level", e."eventKey", e."status", e."actorId", e."sourceType", e."sourceId",
      e."scope"->>'entityType', e."scope"->>'entityId', e."requestId", e."durationMs", e."errorCode", e."errorMessage", e."meta", e."createdAt"
    FROM jsonb_to_recordset($1::jsonb) AS e(
      "id" uuid, "level" text, "eventKey" text, "status" text, "actorId" uuid, "sourceType" text,
      "sourceId" text, "scope" jsonb, "requestId" text, "durationMs" int, "errorCode" text, "errorMessage" text,
      "meta" jsonb, "createdAt" timestamptz)`,
};
