import { Injectable } from '@nestjs/common';
import { type Statement } from '../../database/connections/statement.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { SYSTEM_ACTOR } from '../../kernel/actor.js';
import { type PushedWorkItem } from '../../work-items/work-item.js';
import { WorkItemsService } from '../../work-items/work-items.service.js';
import { type DeliveryOfItem } from '../model/delivery-columns.js';

const KIND = 'notification_delivery';

/** Notes whether the items of deliveries say that these failed. */
const NOTE: Statement = {
  name: 'note_webhook_items',
  text: 'UPDATE webhook_deliveries SET has_failed_item = $2 WHERE id = ANY($1::uuid[])',
};

/**
 * The work items of deliveries that failed: of an event that has a scope and a user or token as its actor.
 * They are what the risk rules and the next-action rules find. All other events make none, and so the events
 * of the items themselves, and of their retry, start no circle.
 */
@Injectable()
export class DeliveryItems {
  constructor(private readonly workItems: WorkItemsService) {}

  /** The items of deliveries that gave up, in the transaction of their state. */
  async failed(tx: Transaction, deliveries: readonly DeliveryOfItem[]): Promise<void> {
    const of = deliveries.filter(makesItem);
    if (of.length > 0) tx.defer(NOTE, [of.map(({ id }) => id), true]);
    await this.put(tx, of, 'failed');
  }

  /** The item of a delivery that succeeded after it had failed, if there is one and it is still there. */
  async delivered(tx: Transaction, delivery: DeliveryOfItem): Promise<void> {
    const { id, tries, lastStatus, hasFailedItem } = delivery;
    if (!hasFailedItem) return;
    tx.defer(NOTE, [[id], false]);
    const changes = { state: 'delivered', attributes: { tries, lastStatus } };
    await this.workItems.patchWithin(tx, KIND, id, changes, SYSTEM_ACTOR);
  }

  /** Cancels the items of deliveries that are deleted, in their transaction. */
  async cancelled(tx: Transaction, deliveries: readonly DeliveryOfItem[]): Promise<void> {
    const of = deliveries.filter(({ hasFailedItem }) => hasFailedItem);
    await this.put(tx, of, 'cancelled');
  }

  private async put(
    tx: Transaction,
    deliveries: readonly DeliveryOfItem[],
    state: 'failed' | 'cancelled',
  ): Promise<void> {
    const items = deliveries.map((delivery) => itemOf(delivery, state));
    if (items.length > 0) await this.workItems.putWithin(tx, items, SYSTEM_ACTOR);
  }
}

function makesItem({ entityType, entityId, actorKind }: DeliveryOfItem): boolean {
  return entityType !== null && entityId !== null && actorKind !== null;
}

function itemOf(delivery: DeliveryOfItem, state: 'failed' | 'cancelled'): PushedWorkItem {
  const { id, endpointId, eventId, eventKey, entityType, entityId, tries, lastStatus } = delivery;
  return {
    kind: KIND,
    externalId: id,
    entityType: entityType ?? undefined,
    entityId: entityId ?? undefined,
    state,
    title: `The webhook of ${eventKey} could not be delivered`,
    attributes: { endpointId, eventId, eventKey, tries, lastStatus },
  };
}
