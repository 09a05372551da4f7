import { Injectable } from '@nestjs/common';
import { type Statement } from '../../database/connections/statement.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { isRaced } from '../../work-items/push.js';
import { DELIVERY_OF_ITEM, type DeliveryOfItem } from '../model/delivery-columns.js';
import { DeliveryItems } from './delivery-items.js';

/** Most deliveries that one transaction deletes. */
const BATCH = 1000;

/** Whether an endpoint is deleted and has its row still: a row if so. */
export const FIND_DELETED: Statement = {
  name: 'find_deleted_webhooks',
  text: 'SELECT 1 AS found FROM webhook_endpoints WHERE deleted_at IS NOT NULL LIMIT 1',
};

/** Deletes a batch of the deliveries of deleted endpoints, with their tries, and returns it. */
const DELETE_DELIVERIES: Statement = {
  name: 'delete_deliveries_of_deleted_webhooks',
  text: `
    WITH taken AS MATERIALIZED (
      SELECT first.id FROM webhook_endpoints AS endpoint
      CROSS JOIN LATERAL (
        SELECT id FROM webhook_deliveries WHERE endpoint_id = endpoint.id
        ORDER BY id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED) AS first
      WHERE endpoint.deleted_at IS NOT NULL LIMIT ${BATCH})
    DELETE FROM webhook_deliveries AS delivery USING taken WHERE delivery.id = taken.id
    RETURNING ${DELIVERY_OF_ITEM.select('delivery')}`,
};

/** Deletes the rows of deleted endpoints that have no delivery any more. */
const DELETE_ENDPOINTS: Statement = {
  name: 'delete_deleted_webhooks',
  text: `
    DELETE FROM webhook_endpoints AS endpoint
    WHERE deleted_at IS NOT NULL
      AND NOT EXISTS (SELECT FROM webhook_deliveries WHERE endpoint_id = endpoint.id)`,
};

/**
 * Removes what is left of endpoints that are deleted: in batches, because one statement for 200,000
 * deliveries would run into its time limit, and hold up the event feed until then. Several processes may do
 * it at once, and one that is killed leaves the rest to the next.
 */
@Injectable()
export class DeletedEndpoints {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly items: DeliveryItems,
  ) {}

  /** Removes a batch, and the rows of the endpoints last; whether more is left. */
  async clean(): Promise<boolean> {
    const deleted = await this.transactions.run((tx) => this.batch(tx), { retryOn: isRaced });
    if (deleted === BATCH) return true;
    // A statement of its own sees the deliveries that another process has deleted meanwhile.
    await this.transactions.run((tx) => tx.execute(DELETE_ENDPOINTS));
    return false;
  }

  /** Deletes a batch of deliveries and cancels their items: nothing delivers them any more. */
  private async batch(tx: Transaction): Promise<number> {
    const deliveries = await tx.query<DeliveryOfItem & Record<string, unknown>>(DELETE_DELIVERIES);
    await this.items.cancelled(tx, deliveries);
    return deliveries.length;
  }
}
