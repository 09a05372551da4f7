import { SYSTEM_ACTOR } from '../kernel/actor.js';
import { scopeKey } from '../kernel/scope.js';
import { TransactionRunner } from '../database/transactions/transaction-runner.js';
import { JobHandler, type JobContext, type JobRunner } from '../jobs/handlers/job-handler.js';
import { type ScopePayload } from '../jobs/handlers/job-types.js';
import { JobsService } from '../jobs/queue/jobs.service.js';
import { NextActionRunsService } from '../next-actions/rules/next-action-runs.service.js';
import { RiskRunsService } from '../risk/risk-runs.service.js';
import { ScoringService } from '../scoring/scoring.service.js';

/**
 * Computes everything of a scope anew, in the order in which each part reads the one before: the score, the
 * risk flags, the next best actions. A second run changes nothing.
 */
@JobHandler('desk.refresh')
export class DeskRefreshHandler implements JobRunner<'desk.refresh'> {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly jobs: JobsService,
    private readonly scoring: ScoringService,
    private readonly risk: RiskRunsService,
    private readonly nextActions: NextActionRunsService,
  ) {}

  async handle({ payload, signal }: JobContext<ScopePayload>): Promise<void> {
    // A refresh that failed for good is made up for by this one: a fault that lasts counts once in the
    // health of the scope's jobs, not once for each push.
    await this.transactions.run((tx) =>
      this.jobs.supersede(tx, 'desk.refresh', payload, scopeKey(payload)),
    );
    await this.scoring.computeOrConfirm(payload, SYSTEM_ACTOR);
    signal.throwIfAborted();
    await this.risk.run(payload, SYSTEM_ACTOR);
    signal.throwIfAborted();
    await this.nextActions.run(payload, SYSTEM_ACTOR);
  }
}
