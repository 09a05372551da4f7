import { Injectable } from '@nestjs/common';
import { type Actor } from '../../kernel/actor.js';
import { PRIORITIES, type Priority } from '../../kernel/priority.js';
import { type Scope } from '../../kernel/scope.js';
import { type Statement } from '../../database/transactions/transaction.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { type NextActionSummary } from './next-action-run.dto.js';
import { type NextAction } from '../model/next-action.js';
import { listQueries } from '../model/next-actions.list.js';

/** How many of a scope's best actions its summary shows. */
const TOP = 5;

/** How many queued actions of each priority a scope shows; what is snoozed is left out, as in the list. */
const COUNT_BY_PRIORITY: Statement = {
  name: 'count_queued_by_priority',
  text: `
    SELECT priority, count(*)::int AS queued FROM next_best_actions
    WHERE entity_type = $1 AND entity_id = $2 AND status = 'queued'
      AND (snoozed_until IS NULL OR snoozed_until <= now())
    GROUP BY priority`,
};

/** When the rules last ran in a scope. */
const FIND_LAST_RUN: Statement = {
  name: 'find_last_next_action_run',
  text: `
    SELECT ran_at AS "lastRunAt" FROM next_action_runs
    WHERE entity_type = $1 AND entity_id = $2
    ORDER BY ran_at DESC LIMIT 1`,
};

/** Reads the summary of a scope's NBAs. */
@Injectable()
export class NextActionsSummaryService {
  constructor(private readonly transactions: TransactionRunner) {}

  /** The best five, the counts and the last run of a scope, in one round trip. */
  async of({ entityType, entityId }: Scope, actor: Actor): Promise<NextActionSummary> {
    const { page } = listQueries({ entityType, entityId, status: 'queued' }, { limit: TOP });
    const scope = [entityType, entityId];
    const [top, counts, runs] = await this.transactions.read(
      [
        page,
        { statement: COUNT_BY_PRIORITY, values: scope },
        { statement: FIND_LAST_RUN, values: scope },
      ],
      { caller: actor },
    );
    const queued = new Map(
      (counts as { priority: Priority; queued: number }[]).map((row) => [row.priority, row.queued]),
    );
    const queuedByPriority = Object.fromEntries(
      PRIORITIES.map((priority) => [priority, queued.get(priority) ?? 0]),
    ) as Record<Priority, number>;
    const [lastRun] = (runs ?? []) as { lastRunAt: Date }[];
    return {
      top5: top as unknown as NextAction[],
      queuedByPriority,
      lastRunAt: lastRun?.lastRunAt ?? null,
      entityType,
      entityId,
    };
  }
}
