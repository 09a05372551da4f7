import { Inject, Injectable } from '@nestjs/common';
import { ENV, type Env } from '../../config/env.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { SENDABLE_COLUMNS, type SendableEndpoint } from '../model/sendable-endpoint.js';
import { type RowOf } from '../../database/sql/columns.js';
import { CLAIM, FIND_CLAIMABLE, LOCK_ENDPOINTS } from './claim.sql.js';
import { FIND_DELETED } from './deleted-endpoints.js';
import { FIND_ABANDONED } from './results.sql.js';

/** How much longer than a try its lease is, in ms: to record its result. */
const LEASE_MARGIN_MS = 10_000;

/** A delivery of which this process has a try. */
export interface ClaimedDelivery {
  readonly id: string;
  readonly endpointId: string;
  readonly eventKey: string;
  readonly messageId: string;
  readonly body: string;
  /** Number of the try, from 1: its fence. */
  readonly tries: number;
  /** Tries before the delivery was sent again: the schedule counts from there. */
  readonly triesBefore: number;
  /** The trace that published the event. */
  readonly traceParent: string | null;
  /** Whether its endpoint fails. */
  readonly failing: boolean;
  readonly endpoint: SendableEndpoint;
}

/** What there is to do. */
export interface Work {
  /** The endpoints that have something due and a free slot. */
  readonly endpoints: readonly string[];
  /** Whether something waits for a disabled endpoint. */
  readonly abandoned: boolean;
  /** Whether something is left of a deleted endpoint. */
  readonly deleted: boolean;
}

/** How many deliveries to claim. */
export interface ClaimLimits {
  readonly all: number;
  /** Of endpoints that fail. */
  readonly failing: number;
}

/** The rows of `webhook_deliveries` as a queue: what is due, and the leases of tries. */
@Injectable()
export class DeliveryQueue {
  /** How long a try has its delivery: longer than a try takes. */
  readonly leaseMs: number;

  constructor(
    private readonly transactions: TransactionRunner,
    @Inject(ENV) { webhooks }: Env,
  ) {
    this.leaseMs = webhooks.timeoutMs + LEASE_MARGIN_MS;
  }

  /** Looks for work: one round trip that locks and writes nothing. */
  async look(): Promise<Work> {
    const [claimable, abandoned, deleted] = await this.transactions.read([
      { statement: FIND_CLAIMABLE, values: [] },
      { statement: FIND_ABANDONED, values: [] },
      { statement: FIND_DELETED, values: [] },
    ]);
    return {
      endpoints: ((claimable ?? []) as { id: string }[]).map(({ id }) => id),
      abandoned: (abandoned ?? []).length > 0,
      deleted: (deleted ?? []).length > 0,
    };
  }

  /** Claims due deliveries of endpoints. */
  claim(endpoints: readonly string[], limits: ClaimLimits): Promise<ClaimedDelivery[]> {
    return this.transactions.run(async (tx) => {
      const locked = await tx.query<LockedEndpoint>(LOCK_ENDPOINTS, [endpoints]);
      if (locked.length === 0) return [];
      const byId = new Map(locked.map((endpoint) => [endpoint.id, endpoint]));
      const rows = await tx.query<ClaimedRow>(CLAIM, [
        [...byId.keys()],
        limits.all,
        limits.failing,
        this.leaseMs,
      ]);
      return rows.flatMap((row) => {
        const endpoint = byId.get(row.endpointId);
        return endpoint ? [{ ...row, endpoint }] : [];
      });
    });
  }
}

type LockedEndpoint = RowOf<typeof SENDABLE_COLUMNS> & Record<string, unknown>;
type ClaimedRow = Omit<ClaimedDelivery, 'endpoint'> & Record<string, unknown>;
