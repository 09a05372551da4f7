import { uuidv7 } from 'uuidv7';
import { activeTrace } from '../kernel/observation/trace-context.js';
import { recordedValue, redactText } from '../kernel/redaction/redaction.js';
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
  /** The span that published it; absent while traces are off. */
  readonly traceParent?: string;
}

/** Creates the event that is stored and emitted, redacted. */
export function recordEvent<K extends DomainEventName>(
  eventKey: K,
  payload: DomainEvents[K],
): RecordedEvent<K> {
  const traceParent = activeTrace();
  return {
    ...payload,
    ...(payload.errorMessage === undefined
      ? {}
      : { errorMessage: redactText(payload.errorMessage) }),
    meta: recordedValue(payload.meta) as object,
    id: uuidv7(),
    eventKey,
    level: payload.level ?? EVENT_LEVEL_OF[eventKey],
    createdAt: new Date(),
    ...(traceParent === undefined ? {} : { traceParent }),
  };
}
