import { SHOWN_STATE } from '../src/work-items/work-items.sql.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { freshScope, manyItems, pushItems, type TestScope } from './support/desk.js';
import { problems } from './support/problems.js';

interface PipelineBody {
  ran: number;
  skipped: number;
  failed: { externalId: string; code: string }[];
}

const NO_ITEM = '00000000-0000-7000-8000-000000000000';

describe('intake leads', () => {
  let app: TestApp;
  let scope: TestScope;
  beforeAll(async () => {
    app = await createTestApp();
    // A lead whose title says so cannot be stored, as a column too short or a check would have it.
    await app.rows(`
      CREATE FUNCTION refuse_score() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF (SELECT title FROM work_items WHERE id = NEW.lead_id) LIKE '%bad lead%' THEN
          RAISE EXCEPTION 'refused: password=hunter2';
        END IF;
        RETURN NEW;
      END $$`);
    await app.rows(`
      CREATE TRIGGER refuse_score BEFORE INSERT ON score_snapshots
      FOR EACH ROW WHEN (NEW.subject = 'lead') EXECUTE FUNCTION refuse_score()`);
  });
  afterAll(() => app.close());
  beforeEach(() => {
    scope = freshScope();
  });

  const lead = (name: string) => `${name}:${scope.entityId}`;
  const pushLeads = (count: number, values: object = {}) =>
    pushItems(
      app.api,
      scope,
      manyItems(scope, count, { kind: 'intake_lead', state: 'new', ...values }),
    );
  const pushLead = async (name: string, values: object = {}): Promise<string> => {
    const externalId = lead(name);
    await pushItems(app.api, scope, [{ kind: 'intake_lead', externalId, state: 'new', ...values }]);
    return externalId;
  };
  const path = (externalId: string) => `/api/leads/${encodeURIComponent(externalId)}`;
  const run = async (): Promise<PipelineBody> =>
    (await app.api.post('/api/leads/pipeline/run', scope).expect(200)).body as PipelineBody;
  const states = () =>
    app.rows<{ state: string; count: number }>(
      `SELECT ${SHOWN_STATE} AS state, count(*)::int FROM work_items AS item
       WHERE entity_id = $1 GROUP BY 1 ORDER BY 1`,
      [scope.entityId],
    );
  const snapshots = async (): Promise<number> =>
    (
      await app.rows<{ count: number }>(
        `SELECT count(*)::int FROM score_snapshots WHERE subject = 'lead' AND entity_id = $1`,
        [scope.entityId],
      )
    )[0]!.count;
  const events = (key: string) =>
    app.rows<{ status: string; source_type: string; source_id: string; meta: object }>(
      'SELECT status, source_type, source_id, meta FROM ops_events WHERE event_key = $1 AND entity_id = $2',
      [key, scope.entityId],
    );

  it('records a score with its actor, event and place in the lead’s scores', async () => {
    const id = await pushLead('one', { attributes: { budget: 60_000 } });
    const { body } = await app.api.post(`${path(id)}/score`).expect(200);
    expect(body).toMatchObject({ externalId: id, ...scope, state: 'scored', delta: null });
    expect((await app.api.get(path(id)).expect(200)).body).toEqual(body);
    const rows = await app.rows(
      'SELECT actor_id IS NOT NULL AS acted, lead_id AS lead FROM score_snapshots WHERE id = $1',
      [body.snapshotId],
    );
    expect(rows).toEqual([{ acted: true, lead: body.id }]);
    expect(await events('score.computed')).toEqual([
      {
        status: 'success',
        source_type: 'lead',
        source_id: body.id,
        meta: {
          ...scope,
          snapshotId: body.snapshotId,
          score: body.score,
          band: body.band,
          delta: null,
        },
      },
    ]);
  });

  it('keeps the state of a lead that is further on, and refuses one that is closed', async () => {
    const qualified = await pushLead('qualified', { state: 'qualified' });
    const { body } = await app.api.post(`${path(qualified)}/score`).expect(200);
    expect(body).toMatchObject({ state: 'qualified', score: 18 });
    for (const state of ['disqualified', 'converted']) {
      const closed = await pushLead(state, { state });
      const answer = await app.api.post(`${path(closed)}/score`).expect(409);
      expect(answer.body).toEqual(problems.leadNotOpen);
    }
  });

  it('answers 404 for an item of another kind or an unknown id', async () => {
    const externalId = lead('reminder');
    await pushItems(app.api, scope, [{ kind: 'reminder', externalId, state: 'open' }]);
    for (const name of [externalId, 'nobody', '__proto__', '%', 'x'.repeat(200)]) {
      for (const call of [
        app.api.get(path(name)),
        app.api.get(`${path(name)}/scores`),
        app.api.post(`${path(name)}/score`),
      ]) {
        expect((await call.expect(404)).body).toEqual(problems.leadNotFound);
      }
    }
    const { body } = await app.api.post(`${path('x'.repeat(201))}/score`).expect(400);
    expect(body).toEqual(problems.validationFailed('externalId'));
    await app.api.post('/api/leads/a%00b/score').expect(400);
  });

  it('pages through the scores of a lead, each with the delta to the one before', async () => {
    const id = await pushLead('again');
    for (const budget of [0, 1_000, 50_000]) {
      await pushLead('again', { state: 'scored', attributes: { budget } });
      await app.api.post(`${path(id)}/score`).expect(200);
    }
    const first = await app.api.get(`${path(id)}/scores`, { pageSize: 2 }).expect(200);
    const { items, pagination } = first.body as {
      items: { score: number; delta: number | null }[];
      pagination: { hasNext: boolean; nextCursor: string };
    };
    expect(pagination.hasNext).toBe(true);
    const cursor = pagination.nextCursor;
    const second = await app.api.get(`${path(id)}/scores`, { pageSize: 2, cursor }).expect(200);
    const [oldest] = (second.body as { items: typeof items }).items;
    const [newest, middle] = items;
    expect(second.body).toMatchObject({ pagination: { hasNext: false, nextCursor: null } });
    expect([oldest?.delta, middle?.delta, newest?.delta]).toEqual([
      null,
      middle!.score - oldest!.score,
      newest!.score - middle!.score,
    ]);
    const other = await pushLead('other');
    const foreign = await app.api.get(`${path(other)}/scores`, { cursor }).expect(400);
    expect(foreign.body).toEqual(problems.cursorInvalid);
  });

  describe('that their source pushes again', () => {
    const item = (externalId: string) =>
      `/api/work-items/intake_lead/${encodeURIComponent(externalId)}`;
    const put = async (externalId: string, values: object = {}) => {
      const body = { title: 'A lead', state: 'new', ...scope, ...values };
      return (await app.api.put(item(externalId), body)).body as Record<string, unknown>;
    };

    it('stay scored, and nothing changes: no row, no event, no snapshot', async () => {
      const id = lead('synced');
      const attributes = { budget: 60_000, contact: { b: [1, 2], a: 1.0 } };
      await put(id, { attributes });
      const { body } = await app.api.post(`${path(id)}/score`).expect(200);
      const pushed = (await events('work_item.pushed')).length;
      const before = (await app.api.get(path(id)).expect(200)).body;
      for (let sync = 0; sync < 3; sync++) {
        const again = { contact: { a: 1, b: [1, 2] }, budget: 6e4 };
        expect(await put(id, { attributes: again })).toMatchObject({
          state: 'scored',
          scoredAt: body.scoredAt,
          updatedAt: body.updatedAt,
        });
        expect(await run()).toEqual({ ran: 0, skipped: 0, failed: [] });
      }
      expect((await app.api.get(path(id)).expect(200)).body).toEqual(before);
      expect(await snapshots()).toBe(1);
      expect(await events('work_item.pushed')).toHaveLength(pushed);
    });

    it('stay scored when only their other fields change', async () => {
      const id = lead('renamed');
      await put(id);
      await app.api.post(`${path(id)}/score`).expect(200);
      expect(await put(id, { title: 'Renamed', priority: 'high' })).toMatchObject({
        title: 'Renamed',
        state: 'scored',
      });
      expect(await run()).toMatchObject({ ran: 0 });
    });

    it('are unscored again by other attributes, with the score that they had', async () => {
      const id = lead('grown');
      await put(id, { attributes: { budget: 1 } });
      const { body } = await app.api.post(`${path(id)}/score`).expect(200);
      expect(await put(id, { attributes: { budget: 2 } })).toMatchObject({
        state: 'new',
        scoredAt: null,
      });
      expect((await app.api.get(path(id)).expect(200)).body).toMatchObject({
        scoredAt: null,
        snapshotId: body.snapshotId,
        score: body.score,
      });
      expect(await run()).toMatchObject({ ran: 1 });
    });

    it('show, filter and count as scored; other states stay those of the source', async () => {
      await put(lead('mine'));
      await put(lead('theirs'), { state: 'scored' });
      await put(lead('further'), { state: 'qualified' });
      await put(lead('waits'));
      for (const name of ['mine', 'theirs', 'further']) {
        await app.api.post(`${path(lead(name))}/score`).expect(200);
      }
      const named = async (query: object) => {
        const { body } = await app.api
          .get('/api/work-items', { ...scope, ...query, pageSize: 100 })
          .expect(200);
        const { items } = body as { items: { externalId: string; state: string }[] };
        return items.map((one) => [one.externalId.split(':')[0], one.state]).sort();
      };
      expect(await named({ state: 'scored' })).toEqual([
        ['mine', 'scored'],
        ['theirs', 'scored'],
      ]);
      expect(await named({ state: 'new' })).toEqual([['waits', 'new']]);
      expect(await named({ condition: 'lead_unscored' })).toEqual([['waits', 'new']]);
      expect(await named({ state: 'qualified' })).toEqual([['further', 'qualified']]);
    });
  });

  it('takes the scores of a lead away when it is deleted', async () => {
    const id = await pushLead('gone');
    await app.api.post(`${path(id)}/score`).expect(200);
    await app.api.delete(`/api/work-items/intake_lead/${encodeURIComponent(id)}`).expect(204);
    expect(await snapshots()).toBe(0);
  });

  it('finds the scores of a deleted item by an index, whatever its kind', async () => {
    await app.rows('SET enable_seqscan = off');
    const plan = await app.rows<{ 'QUERY PLAN': string }>(
      `EXPLAIN DELETE FROM score_snapshots WHERE lead_id = '${NO_ITEM}'`,
    );
    await app.rows('RESET enable_seqscan');
    expect(JSON.stringify(plan)).toContain('ix_score_snapshots_lead');
  });

  it('scores one lead many times at once, one after the other', async () => {
    const id = await pushLead('busy');
    await Promise.all(
      Array.from({ length: 10 }, () => app.api.post(`${path(id)}/score`).expect(200)),
    );
    const { items } = (await app.api.get(`${path(id)}/scores`).expect(200)).body as {
      items: { delta: number | null }[];
    };
    expect(items.map(({ delta }) => delta)).toEqual([...Array<number>(9).fill(0), null]);
  });

  it('runs the pipeline over the new leads of the scope alone, 500 a call', async () => {
    await pushLeads(503);
    await pushItems(app.api, freshScope(), [
      { kind: 'intake_lead', externalId: lead('elsewhere'), state: 'new' },
    ]);
    await pushLead('known', { state: 'qualified' });
    expect(await run()).toEqual({ ran: 500, skipped: 0, failed: [] });
    expect(await run()).toEqual({ ran: 3, skipped: 0, failed: [] });
    expect(await run()).toEqual({ ran: 0, skipped: 0, failed: [] });
    expect(await snapshots()).toBe(503);
    expect(await states()).toEqual([
      { state: 'qualified', count: 1 },
      { state: 'scored', count: 503 },
    ]);
    const { body } = await app.api.get(path(lead('elsewhere'))).expect(200);
    expect(body).toMatchObject({ state: 'new', score: null, factors: [], reasons: [] });
  });

  it('lets a bad lead fail alone', async () => {
    await pushLeads(3);
    const bad = await pushLead('bad', { dueInHours: -1, title: 'a bad lead' });
    expect(await run()).toEqual({
      ran: 3,
      skipped: 0,
      failed: [{ externalId: bad, code: 'LEAD_SCORING_FAILED' }],
    });
    expect(await states()).toEqual([
      { state: 'new', count: 1 },
      { state: 'scored', count: 3 },
    ]);
    expect(await events('score.computed')).toHaveLength(3);
    expect(await events('leads.pipeline.run')).toMatchObject([
      { status: 'failed', meta: { ...scope, ran: 3, skipped: 0, failed: 1 } },
    ]);
    const logged = JSON.stringify(app.logs().filter(({ msg }) => msg === 'lead not scored'));
    expect(logged).toContain('refused');
    expect(logged).not.toContain('hunter2');
  });

  it('scores no lead twice when it runs many times at once', async () => {
    await pushLeads(120);
    const outcomes = await Promise.all(Array.from({ length: 6 }, run));
    const ran = outcomes.reduce((sum, outcome) => sum + outcome.ran, 0);
    const { ran: left } = await run();
    expect(ran + left).toBe(120);
    expect(await snapshots()).toBe(120);
  });

  it('skips a locked lead', async () => {
    await pushLeads(2);
    const held = await pushLead('held');
    const outcome = await app.holding(
      `SELECT FROM work_items WHERE external_id = $1 FOR UPDATE`,
      [held],
      run,
    );
    expect(outcome).toEqual({ ran: 2, skipped: 1, failed: [] });
    expect(await run()).toEqual({ ran: 1, skipped: 0, failed: [] });
  });

  it('is a button, whose failures do not keep the others from their scores', async () => {
    await pushLeads(4);
    const bad = await pushLead('bad button', { title: 'a bad lead' });
    const { id } = await createNextAction(app.api, scope);
    await app.api.press(id, 'run_lead_pipeline').expect(200);
    const { body } = await app.api.get(`/api/next-actions/${id}/executions`).expect(200);
    expect(body.items).toMatchObject([
      {
        actionKey: 'run_lead_pipeline',
        status: 'success',
        meta: {
          ran: 4,
          skipped: 0,
          failed: [{ externalId: bad, code: 'LEAD_SCORING_FAILED' }],
        },
      },
    ]);
    expect(await snapshots()).toBe(4);
    expect(await events('leads.pipeline.run')).toHaveLength(1);
  });

  it.each([
    [{ entityType: 'Not A Scope' }, 'entityType'],
    [{ limit: 5 }, 'limit'],
    [{ entityId: 'x'.repeat(129) }, 'entityId'],
  ])('refuses to run with %j', async (body, field) => {
    const answer = await app.api.post('/api/leads/pipeline/run', body).expect(400);
    expect(answer.body).toEqual(problems.validationFailed(field));
  });
});

describe('the pipeline’s limit', () => {
  it('limits the runs of a client', async () => {
    const limited = await createTestApp({ env: { RUN_LIMIT_PER_MINUTE: '1' } });
    try {
      await limited.api.post('/api/leads/pipeline/run').expect(200);
      const { body } = await limited.api.post('/api/leads/pipeline/run').expect(429);
      expect(body).toEqual(problems.rateLimited);
    } finally {
      await limited.close();
    }
  });
});
