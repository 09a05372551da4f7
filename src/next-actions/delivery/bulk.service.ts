import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { uuidv7 } from 'uuidv7';
import { toDomainError } from '../../http/problems/problem.js';
import { type Actor } from '../../kernel/actor.js';
import { redactText } from '../../kernel/redaction/redaction.js';
import { LOGGER } from '../../logging/logger.js';
import { ENV, type Env } from '../../config/env.js';
import { shareOf } from '../../database/connections/fair-share.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { type BulkRow } from './bulk.dto.js';
import { DeliveryActionRegistry } from './delivery-action.registry.js';
import { DeliveryService } from './delivery.service.js';
import { idempotencyKeyReused } from './delivery.errors.js';
import { ExecutionsRepository } from './executions.repository.js';
import { IdempotencyKeys, keyOfRow } from './idempotency-keys.js';
import { allowedAction, type Press } from './press.js';
import { PreviewService } from './preview.service.js';
import { fingerprint } from './request-fingerprint.js';
import { executionNotFound } from './undo.errors.js';
import { UndoService } from './undo.service.js';

/** One button pressed on several NBAs. */
export interface BulkPress extends Omit<Press, 'nextActionId'> {
  readonly ids: readonly string[];
  readonly preview: boolean;
}

/** Most rows of a request that run at the same time: more would only wait for this process. */
const MOST_AT_ONCE = 8;

/** Presses and undos of many NBAs in one request: each in its own transaction, a few at a time. */
@Injectable()
export class BulkService {
  private readonly atOnce: number;

  constructor(
    private readonly registry: DeliveryActionRegistry,
    private readonly delivery: DeliveryService,
    private readonly previews: PreviewService,
    private readonly undos: UndoService,
    private readonly executions: ExecutionsRepository,
    private readonly keys: IdempotencyKeys,
    private readonly transactions: TransactionRunner,
    @Inject(ENV) env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    // Half the share of a caller: its other requests need not wait for the rows.
    const share = Math.floor(shareOf(env.databasePoolSize) / 2);
    this.atOnce = Math.min(MOST_AT_ONCE, Math.max(1, share));
  }

  /** Throws what makes all rows fail: 400 for an unknown action or bad input, 403 without its permission. */
  check(bulk: BulkPress): void {
    allowedAction(this.registry, bulk);
  }

  /**
   * Presses a button on several NBAs, or previews that. A row that fails does not stop the others. When the
   * signal aborts, no further row begins. Throws a 422 for a key that was used for another request.
   */
  async execute({ ids, preview, ...common }: BulkPress, gone: AbortSignal): Promise<BulkRow[]> {
    const { actor, idempotencyKey: key } = common;
    if (key !== undefined && !preview) await this.claim(key, { ids, preview, ...common });
    return this.rows(ids, gone, actor, async (nextActionId) => {
      const ofRow = key === undefined ? {} : { idempotencyKey: keyOfRow(key, nextActionId) };
      const press = { ...common, ...ofRow, nextActionId };
      if (preview) {
        const { replayed, changes } = await this.previews.preview(press);
        return { replayed, changes };
      }
      const { executionId, replayed } = await this.delivery.execute(press);
      return { executionId, replayed };
    });
  }

  /** Takes several presses back, of one NBA the newest first. */
  async undo(executionIds: readonly string[], actor: Actor, gone: AbortSignal): Promise<BulkRow[]> {
    const found = await this.executions.findPresses(executionIds, actor);
    const presses = new Map(found.map((press) => [press.id, press]));
    const newestFirst = [...executionIds].sort((a, b) =>
      a.toLowerCase() < b.toLowerCase() ? 1 : -1,
    );
    const rows = await this.rows(newestFirst, gone, actor, async (id) => {
      const press = presses.get(id.toLowerCase());
      if (!press) throw executionNotFound();
      const { executionId, replayed } = await this.undos.undoPress(press, actor);
      return { executionId, replayed };
    });
    const byId = new Map(rows.map((row) => [row.id, row]));
    return executionIds.flatMap((id) => byId.get(id) ?? []);
  }

  /** The key covers the whole request: the same key with other rows is refused before the first one runs. */
  private async claim(value: string, bulk: BulkPress): Promise<void> {
    const { actor, actionKey, ids, input } = bulk;
    if (actor.id === null) return;
    const key = { actorId: actor.id, value };
    const rows = ids.map((id) => id.toLowerCase()).sort();
    const requestHash = fingerprint({ nextActionId: 'bulk', actionKey, input: { rows, input } });
    const use = { executionId: uuidv7(), requestHash };
    const claimed = await this.transactions.run((tx) => this.keys.claim(tx, key, use), {
      caller: actor,
    });
    if (!claimed) throw idempotencyKeyReused();
  }

  /** Runs the rows in their order, a few at a time; those that had not begun when the client left are missing. */
  private async rows(
    ids: readonly string[],
    gone: AbortSignal,
    actor: Actor,
    work: (id: string) => Promise<Partial<BulkRow>>,
  ): Promise<BulkRow[]> {
    const results: BulkRow[] = [];
    const waiting = ids.entries();
    const runSome = async (): Promise<void> => {
      for (const [index, id] of waiting) {
        if (gone.aborted) return;
        results[index] = await this.row(id, actor, work);
      }
    };
    await Promise.all(Array.from({ length: this.atOnce }, runSome));
    return results;
  }

  private async row(
    id: string,
    { requestId }: Actor,
    work: (id: string) => Promise<Partial<BulkRow>>,
  ): Promise<BulkRow> {
    try {
      return { id, ok: true, ...(await work(id)) };
    } catch (thrown) {
      const { code, message, status, options } = toDomainError(thrown);
      // The request itself succeeds, so its log line has nothing of this.
      if (status >= 500) {
        this.logger.error(
          { requestId, sourceId: id, code, err: thrown },
          'a row of a bulk request failed',
        );
      }
      const { executionId } = { ...options.extensions } as { executionId?: string };
      const record = executionId === undefined ? {} : { executionId };
      return { id, ok: false, ...record, code, detail: redactText(message) };
    }
  }
}
