import { Injectable } from '@nestjs/common';
import { type Transaction } from '../../database/transactions/transaction.js';
import { SYSTEM_ACTOR } from '../../kernel/actor.js';
import { type PushedWorkItem } from '../../work-items/work-item.js';
import { WorkItemsService } from '../../work-items/work-items.service.js';

const KIND = 'notification_delivery';

/** A delivery, as far as its work item says it. */
export interface DeliveryOfItem {
  readonly id: string;
  readonly endpointId: string;
  readonly eventId: string;
  readonly eventKey: string;
  readonly entityType: string | null;
  readonly entityId: string | null;
  readonly actorKind: string | null;
  /** How many tries it had. */
  readonly tries: number;
  readonly lastStatus: number | null;
}

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
    const items = deliveries.filter(hasItem).map((delivery) => itemOf(delivery, 'failed'));
    if (items.length > 0) await this.workItems.putWithin(tx, items, SYSTEM_ACTOR);
  }

  /** The item of a delivery that succeeded after it had failed, if it is still there. */
  async delivered(tx: Transaction, delivery: DeliveryOfItem): Promise<void> {
    if (!hasItem(delivery)) return;
    const { id, tries, lastStatus } = delivery;
    const changes = { state: 'delivered', attributes: { tries, lastStatus } };
    await this.workItems.patchWithin(tx, KIND, id, changes, SYSTEM_ACTOR);
  }

  /** Cancels the items of deliveries that are deleted, in their transaction. */
  async cancelled(tx: Transaction, deliveries: readonly DeliveryOfItem[]): Promise<void> {
    const items = deliveries.filter(hasItem).map((delivery) => itemOf(delivery, 'cancelled'));
    if (items.length > 0) await this.workItems.putWithin(tx, items, SYSTEM_ACTOR);
  }
}

function hasItem({ entityType, entityId, actorKind }: DeliveryOfItem): boolean {
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
