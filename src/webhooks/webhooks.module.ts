import { Module } from '@nestjs/common';
import { SecretBox } from './model/secret-box.js';
import { EgressGuard } from './sending/egress-guard.js';
import { HOST_RESOLVER, resolveHost } from './sending/guarded-connector.js';
import { WebhookSender } from './sending/webhook-sender.js';

/** Webhooks: endpoints that get events, and the deliveries to them. */
@Module({
  providers: [
    SecretBox,
    EgressGuard,
    { provide: HOST_RESOLVER, useValue: resolveHost },
    WebhookSender,
  ],
})
export class WebhooksModule {}
