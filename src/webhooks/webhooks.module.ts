import { Module } from '@nestjs/common';
import { FeedModule } from '../feed/feed.module.js';
import { WorkItemsModule } from '../work-items/work-items.module.js';
import { DeliveryItems } from './deliveries/delivery-items.js';
import { DeliveryQueue } from './deliveries/delivery-queue.js';
import { DeliveryResults } from './deliveries/delivery-results.js';
import { WebhookDispatcher } from './deliveries/webhook-dispatcher.js';
import { WebhookFanOut } from './fan-out/webhook-fan-out.js';
import { DeliveryWake } from './model/delivery-wake.js';
import { SecretBox } from './model/secret-box.js';
import { EgressGuard } from './sending/egress-guard.js';
import { HOST_RESOLVER, resolveHost } from './sending/guarded-connector.js';
import { DeliveryRequeue } from './retry/delivery-requeue.js';
import { RetryFailedDeliveriesAction } from './retry/retry-failed-deliveries.action.js';
import { RetryFailedDeliveriesHandler } from './retry/retry-failed-deliveries.handler.js';
import { WebhookSender } from './sending/webhook-sender.js';

/** Webhooks: endpoints that get events, and the deliveries to them. */
@Module({
  imports: [FeedModule, WorkItemsModule],
  providers: [
    SecretBox,
    EgressGuard,
    { provide: HOST_RESOLVER, useValue: resolveHost },
    WebhookSender,
    WebhookFanOut,
    DeliveryWake,
    DeliveryQueue,
    DeliveryItems,
    DeliveryResults,
    WebhookDispatcher,
    DeliveryRequeue,
    RetryFailedDeliveriesAction,
    RetryFailedDeliveriesHandler,
  ],
  exports: [WebhookDispatcher],
})
export class WebhooksModule {}
