import { Inject, Injectable } from '@nestjs/common';
import { ENV, type Env } from '../../config/env.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { isRaced } from '../../work-items/push.js';
import { type DeliveryOfItem, TEST_EVENT } from '../model/delivery-columns.js';
import { type DisabledReason, type EndpointStatus } from '../model/webhook-endpoint.entity.js';
import { type TryResult } from '../sending/try-result.js';
import { DeliveryItems } from './delivery-items.js';
import { type ClaimedDelivery } from './delivery-queue.js';
import { countsForHealth, DISABLED_AFTER_MS, FAILING_AFTER } from './endpoint-health.js';
import { publishEndpoint } from './endpoint-events.js';
import * as sql from './results.sql.js';
import { type Verdict, verdictOf } from './verdict.js';

/** A try that ended. */
export interface EndedTry {
  readonly delivery: ClaimedDelivery;
  readonly startedAt: Date;
  readonly result: TryResult;
}

type Failed = Exclude<Verdict, { state: 'delivered' }>;
type EndedRow = DeliveryOfItem & Record<string, unknown>;

interface Health extends Record<string, unknown> {
  readonly status: EndpointStatus;
  readonly failures: number;
  readonly failingSince: Date | null;
  readonly now: Date;
  /** Whether the try counted, and whether the endpoint has another URL than it went to. */
  readonly counts: boolean;
  readonly moved: boolean;
}

/**
 * Records what tries came to, each in one transaction: the state of the delivery, the try, the health of the
 * endpoint and its events, and the work item of what gave up. Fenced by the number of the try: a try that
 * lost its lease records nothing.
 */
@Injectable()
export class DeliveryResults {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly items: DeliveryItems,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** Records a result; false if the try had lost its lease. */
  record(ended: EndedTry): Promise<boolean> {
    const { tries, triesBefore, eventKey } = ended.delivery;
    // A test asks for one try; it is repeated by hand.
    const schedule = eventKey === TEST_EVENT ? [] : this.env.webhooks.retryScheduleMs;
    const verdict = verdictOf(ended.result, tries - triesBefore, schedule, Math.random());
    return this.transactions.run(
      (tx) =>
        verdict.state === 'delivered' ? this.succeeded(tx, ended) : this.failed(tx, ended, verdict),
      { retryOn: isRaced },
    );
  }

  /** Puts a delivery back whose try was interrupted; false if it had lost its lease. */
  async putBack({ id, tries }: ClaimedDelivery): Promise<boolean> {
    const put = await this.transactions.run((tx) => tx.execute(sql.PUT_BACK, [id, tries]));
    return put === 1;
  }

  /** Fails a batch of what waits for disabled endpoints; false where nothing is left. */
  failAbandoned(): Promise<boolean> {
    return this.transactions.run(
      async (tx) => {
        const failed = await tx.query<EndedRow>(sql.FAIL_ABANDONED);
        await this.items.failed(tx, failed);
        return failed.length === sql.ABANDONED_BATCH;
      },
      { retryOn: isRaced },
    );
  }

  private async succeeded(tx: Transaction, ended: EndedTry): Promise<boolean> {
    const { endpointId, eventKey, endpoint } = ended.delivery;
    const values = [...valuesOf(ended), endpointId, countsForHealth(eventKey), endpoint.url];
    const [row] = await tx.query<EndedRow & Partial<Health>>(sql.RECORD_SUCCESS, values);
    if (!row) return false;
    const { failures, failingSince } = row;
    if ((failures ?? 0) >= FAILING_AFTER && failingSince) {
      publishEndpoint(tx, 'webhook.recovered', endpointId, {
        failingSince: failingSince.toISOString(),
      });
    }
    await this.items.delivered(tx, row);
    return true;
  }

  private async failed(tx: Transaction, ended: EndedTry, verdict: Failed): Promise<boolean> {
    const { id, tries, endpointId, eventKey, endpoint } = ended.delivery;
    tx.defer(sql.LOCK_ENDPOINT, [endpointId]);
    const [row] = await tx.query<EndedRow>(sql.LOCK_TRY, [id, tries]);
    if (!row) return false;
    const sent = [endpointId, countsForHealth(eventKey), endpoint.url];
    const [health] = await tx.query<Health>(sql.COUNT_FAILURE, sent);
    if (!health) return false;
    const reason = await this.disabledBy(tx, endpointId, verdict, health);
    const ends = reason !== undefined || health.status !== 'enabled';
    const afterMs = ends ? null : pauseAfter(verdict, health, eventKey);
    const state = afterMs === null ? 'failed' : 'pending';
    tx.defer(sql.RECORD_FAILURE, [...valuesOf(ended), state, afterMs]);
    if (health.counts && health.failures === FAILING_AFTER && health.failingSince) {
      publishEndpoint(tx, 'webhook.failing', endpointId, {
        failingSince: health.failingSince.toISOString(),
        failures: health.failures,
        lastStatus: ended.result.status,
        lastErrorCode: ended.result.errorCode,
      });
    }
    if (reason !== undefined) {
      tx.defer(sql.DISABLE, [endpointId, reason]);
      publishEndpoint(tx, 'webhook.disabled', endpointId, { reason });
    }
    if (state === 'failed')
      await this.items.failed(tx, [{ ...row, lastStatus: ended.result.status }]);
    return true;
  }

  /** Why a failure disables an enabled endpoint; undefined if it does not. */
  private async disabledBy(
    tx: Transaction,
    endpointId: string,
    verdict: Failed,
    { status, failures, failingSince, now, moved }: Health,
  ): Promise<Exclude<DisabledReason, 'operator'> | undefined> {
    if (status !== 'enabled' || moved) return undefined;
    if (verdict.state === 'failed' && verdict.gone) return 'gone';
    if (failures < FAILING_AFTER || !failingSince) return undefined;
    if (now.getTime() - failingSince.getTime() < DISABLED_AFTER_MS) return undefined;
    // With this one, which is not on record yet.
    const others = FAILING_AFTER - 1;
    const [recent] = await tx.query<{ total: number }>(sql.COUNT_RECENT_FAILURES, [
      endpointId,
      others,
    ]);
    return recent?.total === others ? 'failing' : undefined;
  }
}

/** How long a delivery waits for its next try, in ms; null for none. */
function pauseAfter(verdict: Failed, { moved }: Health, eventKey: string): number | null {
  if (verdict.state === 'pending') return verdict.afterMs;
  // The URL before wants nothing any more; a test was of that one.
  return verdict.gone && moved && eventKey !== TEST_EVENT ? 0 : null;
}

/** The parameters that both records of a result begin with. */
function valuesOf({ delivery, startedAt, result }: EndedTry): unknown[] {
  const { durationMs, status, errorCode, error, answer } = result;
  return [delivery.id, delivery.tries, startedAt, durationMs, status, errorCode, error, answer];
}
