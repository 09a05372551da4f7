import { Injectable, Logger } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { type OpsEvent } from '../../../src/events/ops-event.entity.js';

/** A log line for each press. */
@Injectable()
export class OpsEventsListener {
  private readonly logger = new Logger(OpsEventsListener.name);

  @OnEvent('nba.delivery.executed')
  onExecuted({ eventKey, sourceId, meta }: OpsEvent): void {
    this.logger.log(`${eventKey} ${String(sourceId)} ${JSON.stringify(meta)}`);
  }
}
