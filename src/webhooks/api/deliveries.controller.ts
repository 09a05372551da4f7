import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CurrentActor } from '../../http/access/current-actor.js';
import { ClientGone } from '../../http/request/client-gone.js';
import { Requires } from '../../http/access/requires.js';
import { ApiProblems } from '../../http/problems/api-problems.js';
import { type Actor } from '../../kernel/actor.js';
import {
  ListDeliveriesQuery,
  RecoverAnswer,
  RecoverBody,
  WebhookDeliveryDetail,
  WebhookDeliveryPage,
} from './deliveries.dto.js';
import { WebhookDeliveriesService } from './deliveries.service.js';

const ApiId = ApiParam({ name: 'id', format: 'uuid', description: 'Id of the webhook.' });
const ApiDeliveryId = ApiParam({
  name: 'deliveryId',
  format: 'uuid',
  description: 'Id of the delivery.',
});

@ApiTags('webhooks')
@Controller('webhooks/:id')
@Requires('webhooks.manage')
export class WebhookDeliveriesController {
  constructor(private readonly deliveries: WebhookDeliveriesService) {}

  @Get('deliveries')
  @ApiOperation({
    operationId: 'listWebhookDeliveries',
    summary: 'List the deliveries of a webhook, newest event first',
    description:
      'Those that ended are listed for 30 days, or as long as RETAIN_DELIVERIES_DAYS says.',
  })
  @ApiId
  @ApiOkResponse({ type: WebhookDeliveryPage })
  @ApiProblems(400, 'WEBHOOK_NOT_FOUND')
  list(
    @Param('id') id: string,
    @Query() query: ListDeliveriesQuery,
    @CurrentActor() actor: Actor,
  ): Promise<WebhookDeliveryPage> {
    return this.deliveries.list(id, query, actor);
  }

  @Get('deliveries/:deliveryId')
  @ApiOperation({
    operationId: 'getWebhookDelivery',
    summary: 'Get a delivery of a webhook',
    description: 'With what is sent, and its tries.',
  })
  @ApiId
  @ApiDeliveryId
  @ApiOkResponse({ type: WebhookDeliveryDetail })
  @ApiProblems('WEBHOOK_NOT_FOUND', 'WEBHOOK_DELIVERY_NOT_FOUND')
  get(
    @Param('id') id: string,
    @Param('deliveryId') deliveryId: string,
    @CurrentActor() actor: Actor,
  ): Promise<WebhookDeliveryDetail> {
    return this.deliveries.get(id, deliveryId, actor);
  }

  @Post('deliveries/:deliveryId/resend')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'resendWebhookDelivery',
    summary: 'Send a delivery again',
    description:
      'A delivered or failed one is due at once and has all its tries again, under the same webhook-id. One that is pending stays as it is.',
  })
  @ApiId
  @ApiDeliveryId
  @ApiOkResponse({ type: WebhookDeliveryDetail })
  @ApiProblems('WEBHOOK_NOT_FOUND', 'WEBHOOK_DELIVERY_NOT_FOUND', 'WEBHOOK_DISABLED')
  resend(
    @Param('id') id: string,
    @Param('deliveryId') deliveryId: string,
    @CurrentActor() actor: Actor,
  ): Promise<WebhookDeliveryDetail> {
    return this.deliveries.resend(id, deliveryId, actor);
  }

  @Post('recover')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'recoverWebhook',
    summary: 'Send everything again that failed since a time',
    description:
      'After an outage of the receiver: up to 10,000 deliveries, for about 5 s. While the answer says more, call it again. A later call finds only what has failed since.',
  })
  @ApiId
  @ApiOkResponse({ type: RecoverAnswer })
  @ApiProblems('WEBHOOK_NOT_FOUND', 'WEBHOOK_DISABLED')
  recover(
    @Param('id') id: string,
    @Body() { since }: RecoverBody,
    @CurrentActor() actor: Actor,
    @ClientGone() gone: AbortSignal,
  ): Promise<RecoverAnswer> {
    return this.deliveries.recover(id, new Date(since), actor, gone);
  }

  @Post('test')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'testWebhook',
    summary: 'Test a webhook',
    description:
      'Sends webhook.test at once and once, signed like any other, also to a disabled webhook. The answer is its delivery with the try, whether that succeeded or not; it takes up to 15 s.',
  })
  @ApiId
  @ApiOkResponse({ type: WebhookDeliveryDetail })
  @ApiProblems('WEBHOOK_NOT_FOUND')
  test(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<WebhookDeliveryDetail> {
    return this.deliveries.test(id, actor);
  }
}
