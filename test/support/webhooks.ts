import { uuidv7 } from 'uuidv7';
import { TransactionRunner } from '../../src/database/transactions/transaction-runner.js';
import { type Scope } from '../../src/kernel/scope.js';
import { type WebhookAnswer } from '../../src/webhooks/api/webhooks.dto.js';
import { SecretBox } from '../../src/webhooks/model/secret-box.js';
import {
  type SendableEndpoint,
  SENDABLE_COLUMNS,
} from '../../src/webhooks/model/sendable-endpoint.js';
import { DeliveryWake } from '../../src/webhooks/model/delivery-wake.js';
import { type TryResult } from '../../src/webhooks/sending/try-result.js';
import { WebhookSender } from '../../src/webhooks/sending/webhook-sender.js';
import { type TestApp } from './app.js';
import { eventually } from './eventually.js';
import { type EventOptions, publishEvent } from './feed.js';
import { type ApiClient } from './requests.js';
import { type Answer, type Received, type WebhookReceiver } from './webhook-receiver.js';

/** Settings with which webhooks go to the receiver of a test, and retries come soon. */
export const QUICK_WEBHOOKS = {
  WEBHOOK_ALLOW_PRIVATE_ADDRESSES: '127.0.0.0/8',
  WEBHOOK_POLL_MS: '20',
  WEBHOOK_RETRY_SCHEDULE: '20ms,20ms',
  FEED_POLL_MS: '50',
  JOB_POLL_MS: '20',
};

/** What an endpoint gets. */
export interface EndpointOptions {
  readonly url: string;
  readonly eventKeys?: readonly string[];
  readonly scopes?: readonly string[];
}

/** Adds an endpoint and returns its id. */
export async function addEndpoint(
  app: TestApp,
  { url, eventKeys = ['nba.upsert'], scopes = ['*'] }: EndpointOptions,
): Promise<string> {
  const id = uuidv7();
  const secret = app.get(SecretBox).seal(id, 'secret', `whsec_${'A'.repeat(32)}`);
  await app.rows(
    `INSERT INTO webhook_endpoints (id, url, event_keys, scopes, secret_box)
     VALUES ($1, $2, $3, $4, $5)`,
    [id, url, eventKeys, scopes, secret],
  );
  app.get(DeliveryWake).wake();
  return id;
}

/** Makes an endpoint by a request and returns its id. */
export async function createWebhook(api: ApiClient, body: object): Promise<string> {
  const { id } = (await api.post('/api/webhooks', body).expect(201)).body as WebhookAnswer;
  return id;
}

/** The body of a webhook, as far as a test does not say more. */
export const NEW_WEBHOOK = {
  url: 'https://hooks.example.com/in?key=canary-url-4711',
  eventKeys: ['nba.run'],
};

/** What the answer to a new endpoint shows. */
export type MadeWebhook = WebhookAnswer & { readonly secret: string };

/** Makes an endpoint by a request, and returns the answer with its secret. */
export async function makeWebhook(api: ApiClient, more: object = {}): Promise<MadeWebhook> {
  return (await api.post('/api/webhooks', { ...NEW_WEBHOOK, ...more }).expect(201))
    .body as MadeWebhook;
}

/** Sends one message to an endpoint as it is stored, without a delivery. */
export async function sendTo(app: TestApp, id: string, body = '{}'): Promise<TryResult> {
  const [endpoint] = await app.rows<SendableEndpoint & Record<string, never>>(
    `SELECT ${SENDABLE_COLUMNS.select()} FROM webhook_endpoints WHERE id = $1`,
    [id],
  );
  const message = { id: 'msg_1', body, now: new Date() };
  return app.get(WebhookSender).send(endpoint!, message, new AbortController().signal);
}

/** Publishes an event of the application for each note, each in a transaction of its own. */
export async function publishEvents(
  app: TestApp,
  notes: readonly string[],
  options: EventOptions = {},
): Promise<void> {
  for (const note of notes) await publishEvent(app.get(TransactionRunner), note, options);
}

/** A delivery as it is stored. */
export interface StoredDelivery extends Record<string, unknown> {
  readonly id: string;
  readonly endpoint_id: string;
  readonly event_key: string;
  readonly message_id: string;
  readonly state: 'pending' | 'delivered' | 'failed';
  readonly tries: number;
  readonly next_try_at: Date | null;
  readonly leased_until: Date | null;
  readonly last_status: number | null;
}

/** The deliveries of an endpoint, the oldest first. */
export function deliveriesOf(app: TestApp, endpointId: string): Promise<StoredDelivery[]> {
  return app.rows<StoredDelivery>(
    'SELECT * FROM webhook_deliveries WHERE endpoint_id = $1 ORDER BY id',
    [endpointId],
  );
}

/** Waits until an endpoint has so many deliveries in a state. */
export function untilDeliveries(
  app: TestApp,
  endpointId: string,
  state: StoredDelivery['state'],
  count: number,
  patienceMs = 15_000,
): Promise<void> {
  return eventually(
    `${count} deliveries are ${state}`,
    async () => {
      const deliveries = await deliveriesOf(app, endpointId);
      return deliveries.filter((delivery) => delivery.state === state).length >= count;
    },
    patienceMs,
  );
}

/** Stores deliveries of a webhook that failed, of events of a scope, and returns their ids. */
export async function storeFailedDeliveries(
  app: TestApp,
  webhookId: string,
  count: number,
  { entityType, entityId }: Scope = { entityType: 'account', entityId: 'acme' },
): Promise<string[]> {
  const ids = Array.from({ length: count }, () => uuidv7());
  await app.rows(
    `INSERT INTO webhook_deliveries (id, endpoint_id, event_id, event_key, entity_type, entity_id,
       message_id, body, state, tries, last_status, actor_kind)
     SELECT id, $2, id, 'nba.upsert', $3, $4, 'msg_' || id, '{}', 'failed', 3, 500, 'user'
     FROM unnest($1::uuid[]) AS id`,
    [ids, webhookId, entityType, entityId],
  );
  return ids;
}

/** Always answers with a status. */
export function answers(status: number, headers: Record<string, string> = {}, text = ''): Answer {
  return (response) => response.writeHead(status, headers).end(text);
}

/** What a receiver got at a path, with the event that it was about. */
export function gotAt(receiver: WebhookReceiver, path: string): Got[] {
  return receiver.received.filter((request) => request.path === path).map(gotOf);
}

/** A delivery as its receiver reads it. */
export interface Got {
  readonly id: string;
  readonly body: string;
  readonly type: string;
  /** The requestId of the event, by which the tests know it. */
  readonly note: string | null;
  readonly eventId: string;
}

function gotOf({ headers, body }: Received): Got {
  const { type, data } = JSON.parse(body) as {
    type: string;
    data: { id: string; requestId: string | null };
  };
  return {
    id: String(headers['webhook-id']),
    body,
    type,
    note: data.requestId,
    eventId: data.id,
  };
}

/** Where a receiver receives at a path. */
export function urlAt(receiver: WebhookReceiver, path: string): string {
  return `http://127.0.0.1:${receiver.port}${path}`;
}
