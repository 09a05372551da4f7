import { isNativeError } from 'node:util/types';
import { Injectable, Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { redactError } from '../kernel/redaction/redaction.js';
import { type RecordedEvent } from './recorded-event.js';

/**
 * Emits committed events inside this process, to listeners that are declared with
 * `@OnEvent('nba.delivery.executed', { suppressErrors: false })`, or `'**'` for every event. Without the
 * option, Nest catches an error of the listener first and logs it without the event. Only the transaction
 * runner emits, and only after the commit: a listener that acted on an event of a transaction that then
 * rolled back would have acted on something that never happened.
 */
@Injectable()
export class EventBus {
  private readonly logger = new Logger(EventBus.name);

  constructor(private readonly emitter: EventEmitter2) {}

  /** Calls every listener; one that throws is logged and harms neither the caller nor the others. */
  emit(event: RecordedEvent): void {
    for (const listener of this.emitter.listeners(event.eventKey)) this.call(listener, event);
  }

  private call(listener: (...args: never[]) => unknown, event: RecordedEvent): void {
    const failed = (error: unknown): void =>
      this.logger.error({
        msg: 'an event listener failed',
        err: isNativeError(error) ? redactError(error) : undefined,
        eventKey: event.eventKey,
        eventId: event.id,
      });
    try {
      const result = (listener as (event: RecordedEvent) => unknown)(event);
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}
