import { Injectable } from '@nestjs/common';
import { Reads } from '../../database/replica/reads.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { Paginator } from '../../http/paging/paginator.js';
import { type Actor } from '../../kernel/actor.js';
import { isUuid } from '../../kernel/uuid.js';
import { DeliveryTest } from '../deliveries/delivery-test.js';
import { type ShownDelivery, type ShownTry } from '../model/delivery-columns.js';
import { deliveryNotFound, webhookDisabled } from '../retry/deliveries.errors.js';
import { DeliveryRequeue } from '../retry/delivery-requeue.js';
import { deliveriesQuery, deliveryQuery, NEWEST, triesQuery } from './deliveries.list.js';
import {
  type ListDeliveriesQuery,
  type RecoverAnswer,
  type WebhookDeliveryDetail,
  type WebhookDeliveryPage,
} from './deliveries.dto.js';
import { WebhooksService } from './webhooks.service.js';

type Row = ShownDelivery & Record<string, unknown>;

/** What administrators do with the deliveries of a webhook. Each throws a 404 for one that they do not see. */
@Injectable()
export class WebhookDeliveriesService {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly reads: Reads,
    private readonly paginator: Paginator,
    private readonly webhooks: WebhooksService,
    private readonly requeue: DeliveryRequeue,
    private readonly tests: DeliveryTest,
  ) {}

  /** A page of the deliveries, newest event first. */
  async list(id: string, query: ListDeliveriesQuery, actor: Actor): Promise<WebhookDeliveryPage> {
    const webhook = await this.webhooks.get(id, actor);
    const { state, eventKey, since } = query;
    const filter = { state, eventKey, since };
    const page = this.paginator.open('webhook-deliveries', { id: webhook.id, ...filter }, query);
    const { statement, values } = deliveriesQuery(webhook.id, filter, actor, page);
    const rows = await this.reads.query<Row>(statement, values, { caller: actor });
    return page.answer(rows, NEWEST.positionOf);
  }

  /** A delivery with what is sent and its tries; throws a 404. */
  async get(id: string, deliveryId: string, actor: Actor): Promise<WebhookDeliveryDetail> {
    const webhook = await this.webhooks.get(id, actor);
    return this.detail(webhook.id, deliveryId, actor);
  }

  /** Sends a delivery again, unless it is pending; throws a 404, and a 409 for a disabled webhook. */
  async resend(id: string, deliveryId: string, actor: Actor): Promise<WebhookDeliveryDetail> {
    const webhook = await this.webhooks.get(id, actor);
    if (!isUuid(deliveryId)) throw deliveryNotFound();
    await this.requeue.resend(webhook.id, deliveryId, actor);
    return this.detail(webhook.id, deliveryId, actor);
  }

  /** Sends what failed since a time again; throws a 404, and a 409 for a disabled webhook. */
  async recover(id: string, since: Date, actor: Actor, gone: AbortSignal): Promise<RecoverAnswer> {
    const webhook = await this.webhooks.get(id, actor);
    if (!webhook.enabled) throw webhookDisabled();
    return this.requeue.recover(webhook.id, since, actor, gone);
  }

  /** Sends a test and returns its delivery. */
  async test(id: string, actor: Actor): Promise<WebhookDeliveryDetail> {
    const webhook = await this.webhooks.get(id, actor);
    const deliveryId = await this.tests.send(webhook.id, actor);
    return this.detail(webhook.id, deliveryId, actor);
  }

  /** A delivery of a webhook that the actor sees. */
  private async detail(
    webhookId: string,
    deliveryId: string,
    actor: Actor,
  ): Promise<WebhookDeliveryDetail> {
    if (!isUuid(deliveryId)) throw deliveryNotFound();
    const [deliveries, attempts] = await this.transactions.read(
      [deliveryQuery(webhookId, deliveryId, actor), triesQuery(deliveryId)],
      { caller: actor },
    );
    const [delivery] = (deliveries ?? []) as (Row & { readonly body: string })[];
    if (!delivery) throw deliveryNotFound();
    return { ...delivery, attempts: (attempts ?? []) as unknown as ShownTry[] };
  }
}
