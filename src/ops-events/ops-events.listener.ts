import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { type Logger } from 'pino';
import { LOGGER } from '../common/logging/logger.js';
import { EventBus } from '../events/event-bus.js';
import { type RecordedEvent } from '../events/recorded-event.js';

/** Writes one structured line for every committed domain event. */
@Injectable()
export class OpsEventsListener implements OnModuleInit, OnModuleDestroy {
  private stop: (() => void) | undefined;

  constructor(
    private readonly bus: EventBus,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.stop = this.bus.onAny((event) => this.write(event));
  }

  onModuleDestroy(): void {
    this.stop?.();
  }

  private write({ level, createdAt, actorId, id, ...event }: RecordedEvent): void {
    this.logger[level]({ eventId: id, userId: actorId, ...event, at: createdAt }, event.eventKey);
  }
}
