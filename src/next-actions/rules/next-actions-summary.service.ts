import { Injectable } from '@nestjs/common';
import { type Actor } from '../../kernel/actor.js';
import { PRIORITIES, type Priority } from '../../kernel/priority.js';
import { type GrantedScopes } from '../../kernel/grants.js';
import { COUNT_LIMIT, totalOf } from '../../http/paging/pagination.js';
import { type Query } from '../../database/connections/statement.js';
import { firstUuidV7Sql, ID_TOLERANCE_SQL } from '../../database/sql/first-uuid-v7.js';
import { ListQuery, totalIn } from '../../database/sql/list-query.js';
import { Reads } from '../../database/replica/reads.js';
import { type NextActionSummary } from './next-action-run.dto.js';
import { type DismissedRule, proposalsOf } from './proposals.js';
import { dismissedRulesQuery } from './proposals.sql.js';
import { type NextAction } from '../model/next-action.js';
import { listQueries } from '../model/next-actions.list.js';

/** How many of a scope's best actions its summary shows. */
const TOP = 5;

/** Most runs of today that are read, the newest. */
const MAX_RUNS = 10_000;

const TODAY = `date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'`;

/** When the rules last ran in some scopes, and what the newest run of today in each held back. */
function runsQuery(scopes: GrantedScopes): Query {
  // Over all types, ids are ordered in time; the index on the time begins with the type.
  const byTime = scopes.kind === 'one' || scopes.kind === 'type';
  const order = byTime ? 'ran_at DESC, id DESC' : 'id DESC';
  const today = byTime
    ? `ran_at >= ${TODAY}`
    : `ran_at >= ${TODAY} AND id >= ${firstUuidV7Sql(`(${TODAY} - ${ID_TOLERANCE_SQL})`)}`;
  return ListQuery.within('next_action_runs', scopes).statement(
    'newest',
    (where) => `
    SELECT
      (SELECT ran_at FROM next_action_runs${where()} ORDER BY ${order} LIMIT 1) AS "lastRunAt",
      (SELECT COALESCE(sum(suppressed), 0)::int FROM (
        SELECT DISTINCT ON (entity_type, entity_id) suppressed FROM (
          SELECT entity_type, entity_id, ran_at, id, suppressed FROM next_action_runs${where(today)}
          ORDER BY ${order} LIMIT ${MAX_RUNS}) AS recent
        ORDER BY entity_type, entity_id, ran_at DESC, id DESC) AS newest) AS suppressed`,
  );
}

/** Reads the summary of the NBAs of some scopes. */
@Injectable()
export class NextActionsSummaryService {
  constructor(private readonly reads: Reads) {}

  /** The best five, the counts, what is held back and the last run, in one round trip. Counts end at COUNT_LIMIT. */
  async of(
    scopes: GrantedScopes,
    actor: Actor,
  ): Promise<Omit<NextActionSummary, 'top5'> & { readonly top5: NextAction[] }> {
    const queued = { scopes, statuses: ['queued'] } as const;
    const { page } = listQueries(queued, { limit: TOP }, { full: true });
    const counts = [
      ...PRIORITIES.map((priority) => ({ ...queued, priority })),
      { ...queued, snoozed: 'only' } as const,
    ].map((filter) => listQueries(filter, { limit: 1 }).total(COUNT_LIMIT));
    const [top, runs, dismissed, ...counted] = await this.reads.read(
      [page, runsQuery(scopes), dismissedRulesQuery(scopes), ...counts],
      { caller: actor },
    );
    const totals = counts.map((_, index) => totalOf(totalIn(counted[index]), COUNT_LIMIT));
    const queuedByPriority = Object.fromEntries(
      PRIORITIES.map((priority, index) => [priority, totals[index]?.total]),
    ) as Record<Priority, number>;
    const [ran] = (runs ?? []) as { lastRunAt: Date | null; suppressed: number }[];
    return {
      top5: top as unknown as NextAction[],
      queuedByPriority,
      countsAreExact: totals.every(({ isExact }) => isExact),
      snoozed: totals.at(-1)?.total ?? 0,
      suppressed: ran?.suppressed ?? 0,
      proposals: proposalsOf((dismissed ?? []) as unknown as DismissedRule[]),
      lastRunAt: ran?.lastRunAt ?? null,
      ...scopes.common,
    };
  }
}
