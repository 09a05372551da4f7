import { Module } from '@nestjs/common';
import { OpsEventsController } from './ops-events.controller.js';
import { OpsEventsListener } from './ops-events.listener.js';
import { OpsEventsService } from './ops-events.service.js';
import { FeedModule } from '../feed/feed.module.js';
import { HttpModule } from '../http/http.module.js';
import { UsersModule } from '../users/users.module.js';
import { EventChunks } from './stream/event-chunks.js';
import { EventIds } from './stream/event-ids.js';
import { LiveFeed } from './stream/live-feed.service.js';
import { Replay } from './stream/replay.js';
import { StreamController } from './stream/stream.controller.js';

/** A log line per domain event, the feed, and its live stream. */
@Module({
  imports: [HttpModule, FeedModule, UsersModule],
  controllers: [OpsEventsController, StreamController],
  providers: [OpsEventsListener, OpsEventsService, EventIds, EventChunks, Replay, LiveFeed],
  exports: [OpsEventsListener, LiveFeed],
})
export class OpsEventsModule {}
