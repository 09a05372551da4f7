import { Module } from '@nestjs/common';

/** Webhooks: endpoints that get events, and the deliveries to them. */
@Module({})
export class WebhooksModule {}
