import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { LOGGER } from '../logging/logger.js';
import { type Scope, scopeKey } from '../kernel/scope.js';
import { TransactionRunner } from '../database/transactions/transaction-runner.js';
import { JobHandler, type JobContext, type JobRunner } from '../jobs/handlers/job-handler.js';
import { type ScopeJobType, type TickPayload } from '../jobs/handlers/job-types.js';
import { JobsService } from '../jobs/queue/jobs.service.js';
import { UnsettledScopes } from './unsettled-scopes.js';

/** Scopes per transaction: each holds the lock of its key until the commit. */
const CHUNK = 100;

/** Enqueues one job for every scope that has something to compute. */
@Injectable()
export class ScopeFanOut {
  constructor(
    private readonly unsettled: UnsettledScopes,
    private readonly jobs: JobsService,
    private readonly transactions: TransactionRunner,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** A scope whose job still waits gets no second one, so that running this twice is harmless. */
  async enqueue(type: ScopeJobType, signal: AbortSignal): Promise<void> {
    const scopes = await this.scopes();
    for (let from = 0; from < scopes.length; from += CHUNK) {
      signal.throwIfAborted();
      const chunk = scopes.slice(from, from + CHUNK);
      await this.transactions.run((tx) =>
        Promise.all(
          chunk.map(({ entityType, entityId }) =>
            this.jobs.enqueue(tx, {
              type,
              payload: { entityType, entityId },
              dedupeKey: scopeKey({ entityType, entityId }),
            }),
          ),
        ),
      );
    }
    this.logger.info({ type, scopes: scopes.length }, 'schedule ticked');
  }

  /** Sorted, so that two concurrent ticks lock the keys in the same order. */
  private async scopes(): Promise<readonly Scope[]> {
    const scopes = await this.unsettled.list();
    return scopes.sort((a, b) => (scopeKey(a) < scopeKey(b) ? -1 : 1));
  }
}

@JobHandler('schedule.score.compute')
export class ScoreComputeTickHandler implements JobRunner<'schedule.score.compute'> {
  constructor(private readonly fanOut: ScopeFanOut) {}

  handle({ payload, signal }: JobContext<TickPayload>): Promise<void> {
    return this.fanOut.enqueue(payload.enqueue, signal);
  }
}

@JobHandler('schedule.risk.run_rules')
export class RiskRunRulesTickHandler implements JobRunner<'schedule.risk.run_rules'> {
  constructor(private readonly fanOut: ScopeFanOut) {}

  handle({ payload, signal }: JobContext<TickPayload>): Promise<void> {
    return this.fanOut.enqueue(payload.enqueue, signal);
  }
}

@JobHandler('schedule.next_actions.run')
export class NextActionsRunTickHandler implements JobRunner<'schedule.next_actions.run'> {
  constructor(private readonly fanOut: ScopeFanOut) {}

  handle({ payload, signal }: JobContext<TickPayload>): Promise<void> {
    return this.fanOut.enqueue(payload.enqueue, signal);
  }
}
