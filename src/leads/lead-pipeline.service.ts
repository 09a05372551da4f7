import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { type Actor, causedBy } from '../kernel/actor.js';
import { databaseFailureOf } from '../kernel/errors/database-failure.js';
import { DomainError } from '../kernel/errors/domain-error.js';
import { LOGGER } from '../logging/logger.js';
import { type Scope } from '../kernel/scope.js';
import { type Transaction } from '../database/transactions/transaction.js';
import { TransactionRunner } from '../database/transactions/transaction-runner.js';
import { type ChangeOptions, DeskRefresh } from '../work-items/desk-refresh.js';
import { type LeadFailure, type LeadPipelineOutcome } from './lead.js';
import { type LockedLead, scoreLead } from './lead-scoring.js';
import { CLAIM_UNSCORED, LIST_UNSCORED } from './leads.sql.js';

/** The most leads of one run. */
export const PIPELINE_MAX = 500;

/** Leads per transaction: few, so that their locks are held for a short time. */
const BATCH_SIZE = 50;

/** The members of a transaction that the pipeline needs. */
type Parts = Pick<Transaction, 'query' | 'publish' | 'part'>;

const NOTHING: LeadPipelineOutcome = { ran: 0, skipped: 0, failed: [] };

/**
 * Scores the unscored leads of a scope. Each is scored in its own savepoint, so that an error affects one
 * lead only.
 */
@Injectable()
export class LeadPipelineService {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly refresh: DeskRefresh,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Runs the pipeline in batches, a transaction each: what was committed before a crash stays scored, and
   * the next run continues from there.
   */
  async run(
    scope: Scope,
    actor: Actor,
    { refresh }: ChangeOptions = {},
  ): Promise<LeadPipelineOutcome> {
    const rows = await this.transactions.query<{ id: string }>(LIST_UNSCORED, unscoredIn(scope), {
      caller: actor,
    });
    let outcome = NOTHING;
    for (let start = 0; start < rows.length; start += BATCH_SIZE) {
      const ids = rows.slice(start, start + BATCH_SIZE).map(({ id }) => id);
      const batch = await this.transactions.run((tx) => this.scoreAll(tx, scope, ids, actor), {
        caller: actor,
      });
      outcome = sum(outcome, batch);
    }
    await this.transactions.run(
      async (tx) => {
        publish(tx, scope, actor, outcome);
        if (outcome.ran > 0 && refresh !== false) await this.refresh.afterPress(tx, scope);
      },
      { caller: actor },
    );
    return outcome;
  }

  /** Runs the pipeline in the caller's transaction. */
  async runLeadPipeline(tx: Parts, scope: Scope, actor: Actor): Promise<LeadPipelineOutcome> {
    const rows = await tx.query<{ id: string }>(LIST_UNSCORED, unscoredIn(scope));
    const ids = rows.map(({ id }) => id);
    const outcome = await this.scoreAll(tx, scope, ids, actor);
    publish(tx, scope, actor, outcome);
    return outcome;
  }

  private async scoreAll(
    tx: Parts,
    { entityType, entityId }: Scope,
    ids: readonly string[],
    actor: Actor,
  ): Promise<LeadPipelineOutcome> {
    if (ids.length === 0) return NOTHING;
    const leads = await tx.query<LockedLead>(CLAIM_UNSCORED, [entityType, entityId, ids]);
    const failed: LeadFailure[] = [];
    for (const lead of leads) {
      try {
        await tx.part(() => scoreLead(tx, lead, actor));
      } catch (error) {
        failed.push({ externalId: lead.externalId, code: this.failureCode(lead, error) });
      }
    }
    return {
      ran: leads.length - failed.length,
      skipped: ids.length - leads.length,
      failed,
    };
  }

  /** Why a lead could not be scored; rethrows an error that is not about the lead. */
  private failureCode(lead: LockedLead, error: unknown): string {
    if (databaseFailureOf(error) !== undefined) throw error;
    this.logger.error({ leadId: lead.id, err: error }, 'lead not scored');
    return error instanceof DomainError ? error.code : 'LEAD_SCORING_FAILED';
  }
}

function unscoredIn({ entityType, entityId }: Scope): unknown[] {
  return [entityType, entityId, PIPELINE_MAX];
}

function sum(a: LeadPipelineOutcome, b: LeadPipelineOutcome): LeadPipelineOutcome {
  return {
    ran: a.ran + b.ran,
    skipped: a.skipped + b.skipped,
    failed: [...a.failed, ...b.failed],
  };
}

function publish(
  tx: Pick<Transaction, 'publish'>,
  { entityType, entityId }: Scope,
  actor: Actor,
  { ran, skipped, failed }: LeadPipelineOutcome,
): void {
  tx.publish('leads.pipeline.run', {
    ...causedBy(actor),
    sourceType: 'scope',
    sourceId: null,
    scope: { entityType, entityId },
    status: failed.length === 0 ? 'success' : 'failed',
    meta: { entityType, entityId, ran, skipped, failed: failed.length },
  });
}
