import { type Query, type Statement } from '../../database/connections/statement.js';
import { Keyset } from '../../database/sql/keyset.js';
import { ListQuery, type PageStart } from '../../database/sql/list-query.js';
import { type Actor } from '../../kernel/actor.js';
import { firstUuidV7 } from '../../kernel/uuid.js';
import {
  isSeenDelivery,
  seenDeliveriesOf,
  SHOWN_DELIVERY,
  SHOWN_TRY,
} from '../model/delivery-columns.js';
import { type DeliveryState } from '../model/webhook-delivery.entity.js';

/** What the list of the deliveries of an endpoint is narrowed to; all combine. */
export interface DeliveryFilter {
  readonly state?: DeliveryState | undefined;
  readonly eventKey?: string | undefined;
  /** ISO 8601, included. */
  readonly since?: string | undefined;
}

/** While a try is under way, no further one is due. */
const SHOWN = SHOWN_DELIVERY.select(undefined, {
  nextTryAt: 'CASE WHEN leased_until IS NULL OR leased_until <= now() THEN next_try_at END',
});

const STATE_IS: Readonly<Record<DeliveryState, string>> = {
  pending: `state = 'pending'`,
  delivered: `state = 'delivered'`,
  failed: `state = 'failed'`,
};

/** The newest event first: ids have its time. */
export const NEWEST = Keyset.by(SHOWN_DELIVERY.only('id'));

/** A page of the deliveries of an endpoint. */
export function deliveriesQuery(
  endpointId: string,
  { state, eventKey, since }: DeliveryFilter,
  actor: Actor,
  start: PageStart,
): Query {
  const from = since === undefined ? undefined : firstUuidV7(new Date(since));
  const list = ListQuery.unscoped('webhook_deliveries', 'isSeenDelivery narrows it', {
    conditions: ['endpoint_id = $1', isSeenDelivery('$2', '$3')],
    values: [endpointId, ...seenDeliveriesOf(actor)],
  });
  // Not bound, so that a generic plan uses the partial indexes.
  if (state !== undefined) list.when(state, STATE_IS[state]);
  return list
    .where('key', eventKey, (is) => `event_key = ${is}`)
    .where('since', from, (id) => `id >= ${id}::uuid`)
    .page({ select: SHOWN, from: 'webhook_deliveries', keyset: NEWEST }, start);
}

const FIND: Statement = {
  name: 'find_webhook_delivery',
  text: `
    SELECT ${SHOWN}, body FROM webhook_deliveries
    WHERE endpoint_id = $1 AND ${isSeenDelivery('$2', '$3')} AND id = $4`,
};

/** One delivery of an endpoint. */
export function deliveryQuery(endpointId: string, deliveryId: string, actor: Actor): Query {
  return { statement: FIND, values: [endpointId, ...seenDeliveriesOf(actor), deliveryId] };
}

const TRIES: Statement = {
  name: 'find_webhook_tries',
  text: `
    SELECT ${SHOWN_TRY.select()} FROM webhook_attempts WHERE delivery_id = $1 ORDER BY attempt`,
};

/** The tries of a delivery that was found. */
export function triesQuery(deliveryId: string): Query {
  return { statement: TRIES, values: [deliveryId] };
}
