import { Retention } from '../src/database/retention/retention.js';
import { DemoLoader } from '../src/demo/demo.loader.js';
import { createTestApp, OPERATOR, type TestApp } from './support/app.js';
import { createNextAction, createWorkItem } from './support/builders.js';
import { Contract } from './support/contract.js';
import { CsvClient } from './support/csv.js';
import { freshScope, type TestScope } from './support/desk.js';
import { eventually } from './support/eventually.js';
import { daysAgo, idAt } from './support/history.js';
import { addUser } from './support/users.js';
import { createWebhook, storeFailedDeliveries } from './support/webhooks.js';
import { recordWrites, writtenTransactions } from './support/written-transactions.js';

/**
 * Transactions that write rows of several scopes, by their tables, with the reason. docs/scale.md says what
 * has to change in each before scopes are spread over several primaries.
 */
const OVER_SCOPES: Readonly<Record<string, string>> = {
  'ops_events work_items': 'a batch and an import push items of several scopes; a PUT may move one',
  'jobs ops_events work_items': 'the same, with a refresh for each scope',
  'ops_events staged_work_items work_items': 'the same, of an import that is stored as a whole',
  'jobs ops_events staged_work_items work_items': 'the same, with a refresh for each scope',
  jobs: 'a worker claims and completes jobs of all scopes',
  'job_attempts jobs': 'the same, with the record of the completed attempts; retention',
  'job_attempts jobs ops_events': 'attempts whose worker was lost',
  webhook_deliveries: 'a dispatcher claims deliveries of all scopes; retention',
  'feed_cursors webhook_deliveries': 'the fan-out reads the feed of all scopes',
  'webhook_attempts webhook_deliveries': 'retention',
  'ops_events webhook_attempts webhook_deliveries webhook_endpoints':
    'a webhook is deleted with its deliveries',
  next_best_actions: 'retention',
  work_items: 'retention',
};

/** Tables whose rows have no scope, which are written in a transaction of a scope. */
const BESIDE_A_SCOPE: Readonly<Record<string, string>> = {
  feed_cursors: 'the position of the fan-out',
  staged_work_items: 'parts of an import, removed as it is stored',
  webhook_endpoints: 'the count of failures of a webhook',
};

/** Tables whose rows have the scope of another row, so that they lack a distribution column. */
const BY_ANOTHER_ROW = [
  'idempotency_keys',
  'job_attempts',
  'next_action_executions',
  'playbook_steps',
  'webhook_attempts',
];

describe('the transactions of the application', () => {
  let app: TestApp;
  const [one, other] = [freshScope(), freshScope()];
  beforeAll(async () => {
    app = await createTestApp({
      env: { AUTO_RUN: 'true', WEBHOOK_TIMEOUT_MS: '50', WEBHOOK_POLL_MS: '100' },
    });
    await recordWrites(app);
    await everyRoute(app);
    await overScopes(app, [one, other]);
    await endOfJobs(app);
    await makeOld(app, [one, other]);
    await app.get(Retention).run({ waitMs: 20_000 });
  }, 180_000);
  afterAll(() => app.close());

  it('write rows of one scope, but for those that are listed with a reason', async () => {
    const all = await writtenTransactions(app);
    expect(all.length).toBeGreaterThan(30);
    const several = all.filter(({ scopes }) => scopes > 1);
    const found = new Set(several.map(({ relations }) => relations.join(' ')));
    expect([...found].filter((name) => !(name in OVER_SCOPES))).toEqual([]);
    // What depends on no timing is no exception that is gone.
    expect([...found]).toEqual(
      expect.arrayContaining([
        'ops_events work_items',
        'jobs ops_events work_items',
        'ops_events staged_work_items work_items',
        'feed_cursors webhook_deliveries',
        'work_items',
      ]),
    );
  });

  it('of a press, an undo, a run and a score write rows of one scope', async () => {
    const all = await writtenTransactions(app);
    const of = (table: string): number[] =>
      all.filter(({ relations }) => relations.includes(table)).map(({ scopes }) => scopes);
    for (const table of [
      'next_action_executions',
      'next_action_runs',
      'score_snapshots',
      'risk_flags',
      'playbook_steps',
      'idempotency_keys',
    ]) {
      expect({ table, scopes: [...new Set(of(table))] }).toEqual({ table, scopes: [1] });
    }
  });

  it('of a scope write few tables without one', async () => {
    const beside = await app.rows<{ relation: string }>(`
      SELECT DISTINCT relation FROM written
      WHERE scope IS NULL
        AND txid IN (SELECT txid FROM written WHERE scope IS NOT NULL)
        AND relation NOT IN (SELECT relation FROM written WHERE scope IS NOT NULL)
      ORDER BY relation`);
    expect(beside.map(({ relation }) => relation)).toEqual(Object.keys(BESIDE_A_SCOPE));
  });

  it('write tables whose rows have the scope of another row', async () => {
    const rows = await app.rows<{ relation: string }>(`
      SELECT DISTINCT relation FROM written
      WHERE scope IS NOT NULL AND NOT EXISTS (
        SELECT FROM information_schema.columns
        WHERE table_schema = current_schema() AND table_name = relation
          AND column_name = 'entity_type')
      ORDER BY relation`);
    expect(rows.map(({ relation }) => relation)).toEqual(BY_ANOTHER_ROW);
  });
});

/** Calls every route of the OpenAPI document, with something in each state that it may ask for. */
async function everyRoute(app: TestApp): Promise<void> {
  await app.get(DemoLoader).load(new Date());
  for (let index = 0; index < 4; index++) {
    const { id } = await createNextAction(app.api, { score: 100, priority: 'critical' });
    await app.api.press(id, index < 2 ? 'retry_failed_deliveries' : 'mark_done').expect(200);
  }
  for (let index = 0; index < 3; index++) {
    const url = `https://hooks.example.com/${index}`;
    const id = await createWebhook(app.api, { url, eventKeys: ['*'] });
    await storeFailedDeliveries(app, id, 3);
  }
  const newcomer = async () =>
    (await addUser(app, { role: 'viewer', password: OPERATOR.password })).api;
  const contract = await Contract.of(app.api, app.anonymous, newcomer);
  // Workers run meanwhile, so that no job may wait to be cancelled: whether all succeed is not the question.
  const refused = await contract.successes();
  const changing = contract.operations.filter(({ method }) => method !== 'get');
  expect(refused.length).toBeLessThan(changing.length / 5);
}

/** What may reach over several scopes: many items at once, a move, many presses at once, keys. */
async function overScopes(app: TestApp, scopes: readonly TestScope[]): Promise<void> {
  const [one, other] = scopes;
  const items = scopes.map((scope, index) => ({
    ...scope,
    kind: 'reminder',
    externalId: `over:${index}`,
    title: 'Call back',
    state: 'open',
  }));
  await app.api.post('/api/work-items/batch', { items }).expect(200);
  await app.api
    .post('/api/work-items/batch?refresh=false', {
      items: items.map((item) => ({ ...item, title: 'Call again' })),
    })
    .expect(200);
  const file = ['kind,externalId,state,title,entityType,entityId']
    .concat(
      scopes.map(
        (scope, index) => `reminder,csv:${index},open,Call,${scope.entityType},${scope.entityId}`,
      ),
    )
    .join('\n');
  await new CsvClient(app).send(file, { mode: 'all' }).expect(200);
  const { externalId } = await createWorkItem(app.api, { ...one });
  const moved = { ...other, title: 'Moved', state: 'done' };
  await app.api
    .put(`/api/work-items/reminder/${encodeURIComponent(externalId)}`, moved)
    .expect(200);
  const pressed = await Promise.all(scopes.map((scope) => createNextAction(app.api, { ...scope })));
  const ids = pressed.map(({ id }) => id);
  await app.api.post('/api/next-actions/execute', { actionKey: 'mark_done', ids }).expect(200);
  const { id } = await createNextAction(app.api, { ...one });
  await app.api.press(id, 'snooze_1d').set('Idempotency-Key', 'over-scopes').expect(200);
}

/** Every job that is due ends. */
function endOfJobs(app: TestApp): Promise<void> {
  return eventually('no job is due', async () => {
    const [row] = await app.rows<{ due: number }>(`
      SELECT count(*)::int AS due FROM jobs
      WHERE state IN ('waiting', 'running') AND run_after <= now()`);
    return row?.due === 0;
  });
}

/** A closed work item of each scope is past its retention, which goes by its id and its last change. */
async function makeOld(app: TestApp, scopes: readonly TestScope[]): Promise<void> {
  const items = await Promise.all(scopes.map((scope) => createWorkItem(app.api, { ...scope })));
  await app.rows('ALTER TABLE work_items DISABLE TRIGGER USER');
  for (const { id } of items) {
    await app.rows(
      `UPDATE work_items SET id = $2, state = 'done', is_open = false, updated_at = $3 WHERE id = $1`,
      [id, idAt(daysAgo(500)), daysAgo(500)],
    );
  }
  await app.rows('ALTER TABLE work_items ENABLE TRIGGER USER');
}
