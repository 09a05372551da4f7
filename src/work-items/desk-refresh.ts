import { Inject, Injectable } from '@nestjs/common';
import { ENV, type Env } from '../config/env.js';
import { type Scope, scopeKey } from '../kernel/scope.js';
import { type EnqueueTransaction, JobsService } from '../jobs/queue/jobs.service.js';

/** How long after the first push its scope is refreshed, in ms: the pushes until then share one job. */
export const REFRESH_DELAY_MS = 30_000;

/** How a change of work items or leads is made. */
export interface ChangeOptions {
  /** Whether the scope is refreshed afterwards; true by default. */
  readonly refresh?: boolean | undefined;
}

/**
 * Asks for a new run of everything that is computed of a scope (score, risk rules, next-action rules) after
 * something changed that it reads: a job `desk.refresh` in the transaction of the change, of which one waits
 * at a time per scope. AUTO_RUN=false turns it off. The job itself changes nothing that asks for another.
 */
@Injectable()
export class DeskRefresh {
  constructor(
    private readonly jobs: JobsService,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** After a push, unless it asks for none: soon, so that a synchronization of many pushes costs one run. */
  async afterPush(
    tx: EnqueueTransaction,
    scopes: readonly Scope[],
    { refresh = true }: ChangeOptions = {},
  ): Promise<void> {
    if (refresh) await this.ask(tx, scopes, new Date(Date.now() + REFRESH_DELAY_MS));
  }

  /** After an operator's press: at once. */
  async afterPress(tx: EnqueueTransaction, scope: Scope): Promise<void> {
    await this.ask(tx, [scope], undefined);
  }

  private async ask(
    tx: EnqueueTransaction,
    scopes: readonly Scope[],
    runAfter: Date | undefined,
  ): Promise<void> {
    if (!this.env.autoRun) return;
    // Each once, and sorted: two concurrent pushes lock the jobs of their scopes in the same order.
    const byKey = new Map(scopes.map((scope) => [scopeKey(scope), scope]));
    const sorted = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1));
    await Promise.all(
      sorted.map(([dedupeKey, { entityType, entityId }]) =>
        this.jobs.enqueue(tx, {
          type: 'desk.refresh',
          payload: { entityType, entityId },
          dedupeKey,
          ...(runAfter === undefined ? {} : { runAfter }),
        }),
      ),
    );
  }
}
