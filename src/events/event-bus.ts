import { isNativeError } from 'node:util/types';
import { Inject, Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { type Logger } from 'pino';
import { LOGGER } from '../logging/logger.js';
import { redactError } from '../kernel/redaction/redaction.js';
import { type RecordedEvent } from './recorded-event.js';

/**
 * Emits committed events inside this process. Only the transaction runner emits, and only after the
 * commit: a listener that acted on an event of a transaction that then rolled back would have acted
 * on something that never happened.
 */
@Injectable()
export class EventBus {
  constructor(
    private readonly emitter: EventEmitter2,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Tells every listener; one that throws is logged and harms neither the caller nor the others. */
  emit(event: RecordedEvent): void {
    for (const listener of this.emitter.listenersAny()) this.call(listener, event);
    for (const listener of this.emitter.listeners(event.eventKey)) this.call(listener, event);
  }

  /** Listens to every event of this process. Returns the function that ends it. */
  onAny(listener: (event: RecordedEvent) => void): () => void {
    this.emitter.onAny(listener as never);
    return () => void this.emitter.offAny(listener as never);
  }

  private call(listener: (...args: never[]) => unknown, event: RecordedEvent): void {
    const failed = (error: unknown): void =>
      this.logger.error(
        {
          err: isNativeError(error) ? redactError(error) : undefined,
          eventKey: event.eventKey,
          eventId: event.id,
        },
        'an event listener failed',
      );
    try {
      const result = (listener as (event: RecordedEvent) => unknown)(event);
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}
