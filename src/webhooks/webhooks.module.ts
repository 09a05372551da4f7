import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpModule } from '../http/http.module.js';
import { WebhooksController } from './api/webhooks.controller.js';
import { WebhooksService } from './api/webhooks.service.js';
import { BoxRenewal } from './model/box-renewal.js';
import { SecretBox } from './model/secret-box.js';
import { EgressGuard } from './sending/egress-guard.js';
import { HOST_RESOLVER, resolveHost } from './sending/guarded-connector.js';
import { WebhookSender } from './sending/webhook-sender.js';

/** Webhooks: endpoints that get events, and the deliveries to them. */
@Module({
  imports: [HttpModule],
  controllers: [WebhooksController],
  providers: [
    WebhooksService,
    SecretBox,
    BoxRenewal,
    EgressGuard,
    { provide: HOST_RESOLVER, useValue: resolveHost },
    WebhookSender,
  ],
})
export class WebhooksModule implements OnApplicationBootstrap {
  constructor(private readonly renewal: BoxRenewal) {}

  /** Before the first try of this process. */
  async onApplicationBootstrap(): Promise<void> {
    await this.renewal.renewAll();
  }
}
