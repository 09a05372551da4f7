import { Injectable } from '@nestjs/common';
import { type Transaction } from '../../database/transactions/transaction.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { type Actor } from '../../kernel/actor.js';
import { type Scope } from '../../kernel/scope.js';
import { NIL_UUID } from '../../kernel/uuid.js';
import { aboutWebhook } from '../model/about-webhook.js';
import { seenDeliveriesOf } from '../model/delivery-columns.js';
import { type DeliveryState } from '../model/webhook-delivery.entity.js';
import { type EndpointStatus } from '../model/webhook-endpoint.entity.js';
import { deliveryNotFound, webhookDisabled } from './deliveries.errors.js';
import { DeliveryWake } from '../model/delivery-wake.js';
import * as sql from './requeue.sql.js';

interface Locked extends Record<string, unknown> {
  readonly state: DeliveryState;
  readonly eventKey: string;
  readonly status: EndpointStatus;
}

/** Most batches of one request. */
const RECOVERY_BATCHES = 10;
/** After how long a request begins no further batch, in ms. */
const RECOVERY_MS = 5000;

/** Sends deliveries again: each gets all tries of the schedule anew, under the id of its message. */
@Injectable()
export class DeliveryRequeue {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly wake: DeliveryWake,
  ) {}

  /**
   * Sends one delivery again; nothing changes while it is pending. Throws a 404, and a 409 where its endpoint
   * is disabled.
   */
  async resend(endpointId: string, deliveryId: string, actor: Actor): Promise<void> {
    await this.transactions.run(
      async (tx) => {
        const [found] = await tx.query<Locked>(sql.LOCK_DELIVERY, [
          deliveryId,
          endpointId,
          ...seenDeliveriesOf(actor),
        ]);
        if (!found) throw deliveryNotFound();
        if (found.status === 'disabled') throw webhookDisabled();
        if (found.state === 'pending') return;
        tx.defer(sql.REQUEUE, [deliveryId]);
        tx.publish('webhook.delivery.resent', {
          ...aboutWebhook(endpointId, actor),
          meta: { deliveryId, deliveredEventKey: found.eventKey },
        });
        tx.afterCommit(this.wake.wake);
      },
      { caller: actor },
    );
  }

  /**
   * Sends the deliveries of an endpoint again that failed since a time, in batches that each leave an event.
   * It ends after some batches or seconds, or when its client has gone. Returns how many are sent again, and
   * whether there may be more.
   */
  async recover(
    endpointId: string,
    since: Date,
    actor: Actor,
    gone: AbortSignal,
  ): Promise<{ readonly requeued: number; readonly more: boolean }> {
    // By the clock that the deliveries have their times from.
    const [{ before } = { before: new Date() }] = await this.transactions.query<{ before: Date }>(
      sql.RECOVERY_START,
    );
    const deadline = Date.now() + RECOVERY_MS;
    let total = 0;
    for (let batch = 1; ; batch++) {
      const requeued = await this.transactions.run(
        async (tx) => {
          const count = await tx.execute(sql.REQUEUE_ENDPOINT, [
            endpointId,
            since,
            before,
            ...seenDeliveriesOf(actor),
          ]);
          // The first event is there even where nothing had failed: somebody asked.
          if (count > 0 || total === 0) {
            tx.publish('webhook.deliveries.requeued', {
              ...aboutWebhook(endpointId, actor),
              meta: { since: since.toISOString(), requeued: count },
            });
          }
          if (count > 0) tx.afterCommit(this.wake.wake);
          return count;
        },
        { caller: actor },
      );
      total += requeued;
      if (requeued < sql.REQUEUE_BATCH) return { requeued: total, more: false };
      if (batch === RECOVERY_BATCHES || gone.aborted || Date.now() >= deadline) {
        return { requeued: total, more: true };
      }
    }
  }

  /** Whether deliveries failed in a scope: what a retry there sends again. */
  async anyFailed(tx: Pick<Transaction, 'query'>, scope: Scope): Promise<boolean> {
    const values = [scope.entityType, scope.entityId];
    return (await tx.query(sql.FIND_FAILED_IN_SCOPE, values)).length > 0;
  }

  /**
   * Sends what failed in a scope before a time again, in batches. The last one ends with `finish`, in its
   * transaction, which is given how many were sent again.
   */
  async retryScope(
    { entityType, entityId }: Scope,
    { before, signal }: { readonly before: Date; readonly signal: AbortSignal },
    finish: (tx: Transaction, requeued: number) => Promise<void>,
  ): Promise<void> {
    let total = 0;
    let after: string | undefined = NIL_UUID;
    while (after !== undefined) {
      signal.throwIfAborted();
      const from: string = after;
      const batch = await this.transactions.run(async (tx) => {
        const values = [entityType, entityId, before, from];
        const [row] = await tx.query<ScopeBatch>(sql.REQUEUE_SCOPE, values);
        const { found, requeued, last } = row ?? { found: 0, requeued: 0, last: null };
        const next = found === sql.REQUEUE_BATCH && last !== null ? last : undefined;
        if (requeued > 0) tx.afterCommit(this.wake.wake);
        if (next === undefined) await finish(tx, total + requeued);
        return { requeued, next };
      });
      total += batch.requeued;
      after = batch.next;
    }
  }
}

interface ScopeBatch extends Record<string, unknown> {
  readonly found: number;
  readonly requeued: number;
  readonly last: string | null;
}
