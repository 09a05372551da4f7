import fc from 'fast-check';
import {
  FETCH_NEXT_ACTION_CONTEXT,
  nextActionContextOf,
  type NextActionContextRow,
} from '../src/next-actions/rules/next-action-context.sql.js';
import { evaluateNextActionRules } from '../src/next-actions/rules/next-action-rules.js';
import {
  FETCH_RISK_CONTEXT,
  riskContextOf,
  type RiskContextRow,
  riskContextValues,
} from '../src/risk/risk-context.sql.js';
import { evaluateRiskRules } from '../src/risk/risk-rules.js';
import {
  meetsCondition,
  timeWindows,
  WORK_ITEM_CONDITIONS,
  type WorkItemConditionKey,
} from '../src/work-items/work-item-conditions.js';
import { type WorkItemFacts } from '../src/work-items/work-item-facts.js';
import { windowValues } from '../src/work-items/work-item-facts.sql.js';
import { createTestApp, type TestApp } from './support/app.js';
import { type ArbitraryItem, arbitraryItem } from './support/arbitraries.js';
import { freshScope, listIn, type RiskFlagBody, runIn, type TestScope } from './support/desk.js';

interface NamedItem extends ArbitraryItem {
  readonly externalId: string;
  readonly dueAt: Date | null;
  readonly occurredAt: Date;
}

/** Before midnight, at midnight, and at noon. */
const NOWS = ['2026-11-24T23:59:59.999Z', '2026-11-25T00:00:00.000Z', '2026-11-24T12:00:00Z'];

/** Items that become due between two runs change the second one correctly. */
function notDueMeanwhile(item: ArbitraryItem): ArbitraryItem {
  const { dueIn } = item;
  return dueIn !== null && dueIn >= 0 && dueIn < 60_000 ? { ...item, dueIn: 60_000 + dueIn } : item;
}

describe('properties of the desk', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  /** The only row of a statement. */
  async function theRow<Row extends object>(text: string, values: unknown[]): Promise<Row> {
    const [row] = await app.rows<Row>(text, values);
    if (!row) throw new Error('The statement returned no row.');
    return row;
  }

  /** Pushes items at their distances from `now`, in a scope of their own. */
  async function push(
    items: readonly ArbitraryItem[],
    now: Date,
  ): Promise<{ scope: TestScope; named: NamedItem[] }> {
    const scope = freshScope();
    const named = items.map((item, index) => ({
      ...item,
      externalId: `${scope.entityId}:${index}`,
      dueAt: item.dueIn === null ? null : new Date(now.getTime() + item.dueIn),
      occurredAt: new Date(now.getTime() + item.occurredIn),
    }));
    const bodies = named.map(({ kind, state, priority, externalId, dueAt, occurredAt }) => ({
      ...scope,
      ...{ kind, state, priority, externalId, dueAt, occurredAt, title: 'Any' },
    }));
    if (bodies.length > 0)
      await app.api.post('/api/work-items/batch', { items: bodies }).expect(200);
    return { scope, named };
  }

  it('computes the same facts as a count by hand, to the millisecond', async () => {
    const cases = fc.constantFrom(...NOWS).chain((now) => {
      const { startOfToday, dayAgo } = timeWindows(new Date(now));
      const edges = [
        0,
        startOfToday.getTime() - Date.parse(now),
        dayAgo.getTime() - Date.parse(now),
      ];
      return fc.record({
        now: fc.constant(new Date(now)),
        items: fc.array(arbitraryItem(edges), { maxLength: 60, size: 'max' }),
      });
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ now, items }) => {
        const { scope, named } = await push(items, now);
        const byHand = (key: WorkItemConditionKey): WorkItemFacts => factsByHand(named, key, now);

        const risk = await theRow<RiskContextRow>(
          FETCH_RISK_CONTEXT.text,
          riskContextValues(scope, now),
        );
        const riskContext = riskContextOf(scope, now, risk);
        expect(riskContext).toMatchObject({
          failedDeliveries: byHand('delivery_failed_last_24_hours'),
          overdueReminders: byHand('reminder_overdue_high_priority'),
          overdueFollowUps: byHand('proposal_follow_up_overdue'),
          overdueRetention: byHand('retention_overdue'),
        });
        const evidence = new Map(
          evaluateRiskRules(riskContext).map((flag) => [
            flag.ruleKey as string,
            flag.evidence.count,
          ]),
        );
        const { count } = byHand('retention_overdue');
        expect(evidence.get('retention_overdue') ?? 0).toBe(count);

        const row = await theRow<NextActionContextRow>(
          FETCH_NEXT_ACTION_CONTEXT.text,
          windowValues(scope, now),
        );
        const context = nextActionContextOf(scope, now, row);
        for (const [key, facts] of Object.entries(context.items)) {
          expect(facts).toEqual(byHand(key as WorkItemConditionKey));
        }
        const counted = evaluateNextActionRules(context).flatMap(({ signals }) => signals.count);
        expect(counted.every((number) => number > 0)).toBe(true);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('changes nothing in a second run', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(arbitraryItem([0]), { maxLength: 30, size: 'max' }),
        async (items) => {
          const { scope } = await push(items.map(notDueMeanwhile), new Date());
          await runIn(app.api, '/api/scores/compute', scope);
          await runIn(app.api, '/api/risk/run-rules', scope);
          await runIn(app.api, '/api/next-actions/run', scope);
          const before = await seen(scope);
          expect(await runIn(app.api, '/api/risk/run-rules', scope)).toEqual(NO_FLAGS);
          expect(await runIn(app.api, '/api/next-actions/run', scope)).toMatchObject(NO_ACTIONS);
          expect(await seen(scope)).toEqual(before);
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);

  it('neither duplicates nor fails when many run at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(arbitraryItem([0]), { minLength: 5, maxLength: 30, size: 'max' }),
        async (items) => {
          const { scope } = await push(items, new Date());
          const routes = ['/api/scores/compute', '/api/risk/run-rules', '/api/next-actions/run'];
          const answers = await Promise.all(
            [...routes, ...routes, ...routes].map((route) => app.api.post(route, { ...scope })),
          );
          expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
          const [doubles] = await app.rows<{ flags: number; actions: number }>(
            `SELECT
              (SELECT count(*)::int FROM (SELECT FROM risk_flags WHERE entity_id = $1
                GROUP BY rule_key HAVING count(*) > 1) AS f) AS flags,
              (SELECT count(*)::int FROM (SELECT FROM next_best_actions
                WHERE entity_id = $1 AND status = 'queued'
                GROUP BY dedupe_key HAVING count(*) > 1) AS a) AS actions`,
            [scope.entityId],
          );
          expect(doubles).toEqual({ flags: 0, actions: 0 });
        },
      ),
      { numRuns: 15 },
    );
  }, 60_000);

  /** Everything that the API shows of a scope, without the times of the last run. */
  async function seen(scope: TestScope): Promise<unknown> {
    const flags = await listIn<RiskFlagBody & { lastSeenAt?: string }>(app.api, '/api/risk', scope);
    for (const flag of flags) delete flag.lastSeenAt;
    return { flags, actions: await listIn(app.api, '/api/next-actions', scope) };
  }
});

const NO_FLAGS = { created: 0, updated: 0, resolved: 0 };
const NO_ACTIONS = { created: 0, updated: 0, expired: 0 };

/** The facts of a condition, counted item by item. */
function factsByHand(
  items: readonly NamedItem[],
  key: WorkItemConditionKey,
  now: Date,
): WorkItemFacts {
  const found = items.filter((item) =>
    meetsCondition(item, WORK_ITEM_CONDITIONS[key], timeWindows(now)),
  );
  const due = found.flatMap(({ dueAt }) => (dueAt === null ? [] : [dueAt.getTime()]));
  const occurred = found.map(({ occurredAt }) => occurredAt.getTime());
  const never = Number.MAX_SAFE_INTEGER;
  const firstDueFirst = [...found].sort(
    (a, b) =>
      (a.dueAt?.getTime() ?? never) - (b.dueAt?.getTime() ?? never) ||
      a.occurredAt.getTime() - b.occurredAt.getTime() ||
      (a.externalId < b.externalId ? -1 : 1),
  );
  return {
    count: found.length,
    highPriorityCount: found.filter(({ priority }) => priority === 'high').length,
    criticalPriorityCount: found.filter(({ priority }) => priority === 'critical').length,
    oldestDueAt: due.length === 0 ? null : new Date(Math.min(...due)),
    newestAt: occurred.length === 0 ? null : new Date(Math.max(...occurred)),
    externalIds: firstDueFirst.slice(0, 5).map(({ externalId }) => externalId),
  };
}
