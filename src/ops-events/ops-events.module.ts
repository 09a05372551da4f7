import { Module } from '@nestjs/common';
import { EventsModule } from '../events/events.module.js';
import { OpsEventsController } from './ops-events.controller.js';
import { OpsEventsListener } from './ops-events.listener.js';
import { OpsEventsService } from './ops-events.service.js';
import { HttpModule } from '../http/http.module.js';

/** Tells the operators: a log line per domain event, and the feed. */
@Module({
  imports: [EventsModule, HttpModule],
  controllers: [OpsEventsController],
  providers: [OpsEventsListener, OpsEventsService],
  exports: [OpsEventsListener],
})
export class OpsEventsModule {}
