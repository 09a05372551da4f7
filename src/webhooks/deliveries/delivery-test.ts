import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { type Actor } from '../../kernel/actor.js';
import { aboutWebhook } from '../model/about-webhook.js';
import { TEST_EVENT } from '../model/delivery-columns.js';
import { SENDABLE_COLUMNS, type SendableEndpoint } from '../model/sendable-endpoint.js';
import { webhookNotFound } from '../model/webhook.errors.js';
import { DeliveryQueue } from './delivery-queue.js';
import { WebhookDispatcher } from './webhook-dispatcher.js';

const FIND_SENDABLE = {
  name: 'find_sendable_webhook',
  text: `SELECT ${SENDABLE_COLUMNS.select()} FROM webhook_endpoints WHERE id = $1 AND deleted_at IS NULL
    FOR KEY SHARE`,
};

/** Leased from the start, so that no other process sends it. */
const ADD_LEASED = {
  name: 'add_leased_webhook_delivery',
  text: `
    INSERT INTO webhook_deliveries
      (id, endpoint_id, event_id, event_key, message_id, body, tries, next_try_at, leased_until)
    VALUES ($1, $2, $1, $3, $4, $5, 1,
      now() + $6::int * interval '1 ms', now() + $6::int * interval '1 ms')`,
};

/** Tests an endpoint: a delivery as any other, but sent at once, and only once. */
@Injectable()
export class DeliveryTest {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly queue: DeliveryQueue,
    private readonly dispatcher: WebhookDispatcher,
  ) {}

  /** Sends a test to an endpoint, enabled or not, and returns the id of its delivery. Throws a 404. */
  async send(endpointId: string, actor: Actor): Promise<string> {
    const id = uuidv7();
    const delivery = {
      id,
      endpointId,
      eventKey: TEST_EVENT,
      messageId: `msg_${id.replaceAll('-', '')}`,
      body: bodyOf(endpointId, id),
      tries: 1,
      triesBefore: 0,
      traceParent: null,
      failing: false,
    };
    const { eventKey, messageId, body } = delivery;
    const endpoint = await this.transactions.run(
      async (tx) => {
        const [found] = await tx.query<SendableEndpoint & Record<string, unknown>>(FIND_SENDABLE, [
          endpointId,
        ]);
        if (!found) throw webhookNotFound();
        const values = [id, endpointId, eventKey, messageId, body, this.queue.leaseMs];
        tx.defer(ADD_LEASED, values);
        tx.publish('webhook.tested', {
          ...aboutWebhook(endpointId, actor),
          meta: { deliveryId: id },
        });
        return found;
      },
      { caller: actor },
    );
    await this.dispatcher.send({ ...delivery, endpoint });
    return id;
  }
}

function bodyOf(webhookId: string, deliveryId: string): string {
  const timestamp = new Date();
  return JSON.stringify({ type: TEST_EVENT, timestamp, data: { webhookId, deliveryId } });
}
