import { columnsOf, type RowOf } from '../../database/sql/columns.js';
import { grantOf, isGranted, isVisible } from '../../database/sql/scope-condition.js';
import { type Actor } from '../../kernel/actor.js';
import { seesUnscoped } from '../../kernel/grants.js';
import { WebhookAttempt } from './webhook-attempt.entity.js';
import { WebhookDelivery } from './webhook-delivery.entity.js';

/** The event key of a test, which no event of the feed has. */
export const TEST_EVENT = 'webhook.test';

/** What is shown of a delivery in a list. */
export const SHOWN_DELIVERY = columnsOf(WebhookDelivery).without(
  'body',
  'leasedUntil',
  'triesBefore',
  'actorKind',
  'hasFailedItem',
  'traceParent',
);
export type ShownDelivery = RowOf<typeof SHOWN_DELIVERY>;

/** A delivery as far as its work item says it, and whether that says that it failed. */
export const DELIVERY_OF_ITEM = columnsOf(WebhookDelivery).only(
  'id',
  'endpointId',
  'eventId',
  'eventKey',
  'entityType',
  'entityId',
  'actorKind',
  'tries',
  'lastStatus',
  'hasFailedItem',
);
export type DeliveryOfItem = RowOf<typeof DELIVERY_OF_ITEM>;

/** What is shown of a try. */
export const SHOWN_TRY = columnsOf(WebhookAttempt).without('deliveryId');
export type ShownTry = RowOf<typeof SHOWN_TRY>;

/**
 * Whether an administrator sees a delivery of an endpoint that they see: the endpoint may have got events of
 * more scopes before. `grants` is the parameter of {@link isGranted}, `unscoped` that of {@link isVisible}.
 */
export function isSeenDelivery(grants: string, unscoped: string): string {
  return `(event_key = '${TEST_EVENT}' OR ${isGranted(grants)} AND ${isVisible(unscoped)})`;
}

/** The parameters of an actor for {@link isSeenDelivery}. */
export function seenDeliveriesOf(actor: Actor): unknown[] {
  return [grantOf(actor), seesUnscoped(actor)];
}
