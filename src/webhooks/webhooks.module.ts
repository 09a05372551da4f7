import { Inject, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { ENV, type Env } from '../config/env.js';
import { BoxRenewal } from './model/box-renewal.js';
import { DeletedEndpoints } from './deliveries/deleted-endpoints.js';
import { DeliveryItems } from './deliveries/delivery-items.js';
import { DeliveryQueue } from './deliveries/delivery-queue.js';
import { DeliveryResults } from './deliveries/delivery-results.js';
import { DeliveryWake } from './model/delivery-wake.js';
import { FeedModule } from '../feed/feed.module.js';
import { HttpModule } from '../http/http.module.js';
import { WebhookDispatcher } from './deliveries/webhook-dispatcher.js';
import { WebhookFanOut } from './fan-out/webhook-fan-out.js';
import { WebhooksController } from './api/webhooks.controller.js';
import { WebhooksService } from './api/webhooks.service.js';
import { WorkItemsModule } from '../work-items/work-items.module.js';
import { WebhookDeliveriesController } from './api/deliveries.controller.js';
import { WebhookDeliveriesService } from './api/deliveries.service.js';
import { DeliveryTest } from './deliveries/delivery-test.js';
import { SecretBox } from './model/secret-box.js';
import { EgressGuard } from './sending/egress-guard.js';
import { HOST_RESOLVER, resolveHost } from './sending/guarded-connector.js';
import { DeliveryRequeue } from './retry/delivery-requeue.js';
import { RetryFailedDeliveriesAction } from './retry/retry-failed-deliveries.action.js';
import { RetryFailedDeliveriesHandler } from './retry/retry-failed-deliveries.handler.js';
import { WebhookSender } from './sending/webhook-sender.js';

/** Webhooks: endpoints that get events, and the deliveries to them. */
@Module({
  imports: [FeedModule, HttpModule, WorkItemsModule],
  controllers: [WebhooksController, WebhookDeliveriesController],
  providers: [
    WebhooksService,
    WebhookDeliveriesService,
    SecretBox,
    BoxRenewal,
    EgressGuard,
    { provide: HOST_RESOLVER, useValue: resolveHost },
    WebhookSender,
    WebhookFanOut,
    DeliveryWake,
    DeliveryQueue,
    DeliveryItems,
    DeletedEndpoints,
    DeliveryResults,
    WebhookDispatcher,
    DeliveryTest,
    DeliveryRequeue,
    RetryFailedDeliveriesAction,
    RetryFailedDeliveriesHandler,
  ],
  exports: [WebhookDispatcher],
})
export class WebhooksModule implements OnApplicationBootstrap {
  constructor(
    private readonly renewal: BoxRenewal,
    private readonly dispatcher: WebhookDispatcher,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** After every module has been set up, in a process that runs jobs: it sends, too. */
  async onApplicationBootstrap(): Promise<void> {
    await this.renewal.renewAll();
    if (this.env.worker) this.dispatcher.start();
  }
}
