import { Inject, Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { type Logger } from 'pino';
import { LOGGER } from '../logging/logger.js';
import { type RecordedEvent } from '../events/recorded-event.js';

/**
 * Whether another line has the same with the stack: the one of the request for a failed press, the one of
 * the worker for a failed attempt. An attempt of a lost worker has no other line.
 */
function isLoggedWhereItFailed({
  eventKey,
  errorCode,
}: Pick<RecordedEvent, 'eventKey' | 'errorCode'>): boolean {
  if (eventKey === 'job.failed') return errorCode !== 'WORKER_LOST';
  return eventKey === 'nba.delivery.failed';
}

/** Writes one structured line for every committed domain event. */
@Injectable()
export class OpsEventsListener {
  private quiet = 0;

  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  /** While the work runs, events without a request are logged at debug: the work writes one line itself. */
  async quietly<T>(work: () => Promise<T>): Promise<T> {
    this.quiet += 1;
    try {
      return await work();
    } finally {
      this.quiet -= 1;
    }
  }

  @OnEvent('**', { suppressErrors: false })
  write({ level, createdAt, actorId, id, ...event }: RecordedEvent): void {
    const quiet = (this.quiet > 0 && event.requestId === null) || isLoggedWhereItFailed(event);
    this.logger[quiet ? 'debug' : level](
      // A line of a trace has its ids anyway.
      { eventId: id, userId: actorId, ...event, traceParent: undefined, at: createdAt },
      event.eventKey,
    );
  }
}
