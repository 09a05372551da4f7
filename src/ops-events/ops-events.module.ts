import { Module } from '@nestjs/common';
import { OpsEventsController } from './ops-events.controller.js';
import { OpsEventsListener } from './ops-events.listener.js';
import { OpsEventsService } from './ops-events.service.js';
import { FeedModule } from '../feed/feed.module.js';
import { HttpModule } from '../http/http.module.js';

/** A log line per domain event, and the feed. */
@Module({
  imports: [HttpModule, FeedModule],
  controllers: [OpsEventsController],
  providers: [OpsEventsListener, OpsEventsService],
  exports: [OpsEventsListener],
})
export class OpsEventsModule {}
