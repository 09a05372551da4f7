import { Injectable } from '@nestjs/common';
import { type Actor } from '../../kernel/actor.js';
import { PRIORITIES, type Priority } from '../../kernel/priority.js';
import { type GrantedScopes } from '../../kernel/grants.js';
import { COUNT_LIMIT, totalOf } from '../../http/paging/pagination.js';
import { type Query } from '../../database/connections/statement.js';
import { ListQuery, totalIn } from '../../database/sql/list-query.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { type NextActionSummary } from './next-action-run.dto.js';
import { type NextAction } from '../model/next-action.js';
import { listQueries } from '../model/next-actions.list.js';

/** How many of a scope's best actions its summary shows. */
const TOP = 5;

/** When the rules last ran in some scopes. */
function lastRunQuery(scopes: GrantedScopes): Query {
  // Over all types, ids are ordered in time; the index on the time begins with the type.
  const order = scopes.kind === 'one' || scopes.kind === 'type' ? 'ran_at' : 'id';
  return ListQuery.within('next_action_runs', scopes).statement(
    'last',
    (where) => `
    SELECT ran_at AS "lastRunAt" FROM next_action_runs${where}
    ORDER BY ${order} DESC LIMIT 1`,
  );
}

/** Reads the summary of the NBAs of some scopes. */
@Injectable()
export class NextActionsSummaryService {
  constructor(private readonly transactions: TransactionRunner) {}

  /** The best five, the counts and the last run, in one round trip. Counts end at COUNTED_ROWS. */
  async of(
    scopes: GrantedScopes,
    actor: Actor,
  ): Promise<Omit<NextActionSummary, 'top5'> & { readonly top5: NextAction[] }> {
    const queued = { scopes, statuses: ['queued'] } as const;
    const { page } = listQueries(queued, { limit: TOP }, { full: true });
    const counts = PRIORITIES.map((priority) =>
      listQueries({ ...queued, priority }, { limit: 1 }).total(COUNT_LIMIT),
    );
    const [top, runs, ...counted] = await this.transactions.read(
      [page, lastRunQuery(scopes), ...counts],
      { caller: actor },
    );
    const totals = PRIORITIES.map((_, index) => totalOf(totalIn(counted[index]), COUNT_LIMIT));
    const queuedByPriority = Object.fromEntries(
      PRIORITIES.map((priority, index) => [priority, totals[index]?.total]),
    ) as Record<Priority, number>;
    const [lastRun] = (runs ?? []) as { lastRunAt: Date }[];
    return {
      top5: top as unknown as NextAction[],
      queuedByPriority,
      countsAreExact: totals.every(({ isExact }) => isExact),
      lastRunAt: lastRun?.lastRunAt ?? null,
      ...scopes.common,
    };
  }
}
