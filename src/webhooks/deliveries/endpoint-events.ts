import { type Transaction } from '../../database/transactions/transaction.js';
import { type DomainEvents } from '../../events/domain-events.js';

type HealthEvent = 'webhook.failing' | 'webhook.recovered' | 'webhook.disabled';

const STATUS = {
  'webhook.failing': 'failed',
  'webhook.recovered': 'success',
  'webhook.disabled': 'failed',
} as const;

/** Publishes what became of an endpoint. It names its id: a URL may hold a secret. */
export function publishEndpoint<K extends HealthEvent>(
  tx: Pick<Transaction, 'publish'>,
  eventKey: K,
  endpointId: string,
  meta: DomainEvents[K]['meta'],
): void {
  const payload = {
    actorId: null,
    requestId: null,
    sourceType: 'webhook',
    sourceId: endpointId,
    status: STATUS[eventKey],
    meta,
  };
  tx.publish(eventKey, payload as unknown as DomainEvents[K]);
}
