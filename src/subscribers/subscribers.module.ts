import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { FeedModule } from '../feed/feed.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { PendingEvents } from './pending-events.js';
import { SubscriberRegistry } from './subscriber.registry.js';
import { Subscriptions } from './subscriptions.js';

/** Durable subscribers: jobs from events, for methods with @OnFeedEvent in any module. */
@Module({
  imports: [DiscoveryModule, FeedModule, JobsModule],
  providers: [SubscriberRegistry, PendingEvents, Subscriptions],
})
export class SubscribersModule {}
