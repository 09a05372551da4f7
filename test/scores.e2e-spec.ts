import { ConflictError } from '../src/kernel/errors/domain-error.js';
import { TransactionRunner } from '../src/database/transactions/transaction-runner.js';
import { type DeliveryContext } from '../src/next-actions/delivery/delivery-action.js';
import { DeliveryAction } from '../src/next-actions/delivery/delivery-action.js';
import { SYSTEM_ACTOR } from '../src/kernel/actor.js';
import { ScoringService } from '../src/scoring/scoring.service.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { freshScope, manyItems, pushItems, runIn, type TestScope } from './support/desk.js';
import { problems } from './support/problems.js';

@DeliveryAction({ key: 'break_down', label: 'Break down' })
class BreakDownAction {
  run({ executionId }: DeliveryContext): Promise<never> {
    return Promise.reject(new Error(`broken in ${executionId}`));
  }
}

@DeliveryAction({ key: 'turn_down', label: 'Turn down', dedupeWindowMs: 0 })
class TurnDownAction {
  run(): Promise<never> {
    return Promise.reject(new ConflictError('NOTHING_TO_DO', 'There is nothing to do.'));
  }
}

interface ScoreBody {
  readonly score: number;
  readonly delta: number | null;
  readonly factors: { key: string; count: number }[];
}

describe('scores', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createTestApp({ providers: [BreakDownAction, TurnDownAction] });
  });
  afterAll(() => app.close());

  const compute = (scope: TestScope): Promise<ScoreBody> =>
    runIn(app.api, '/api/scores/compute', scope);
  const errors = (score: ScoreBody): number | undefined =>
    score.factors.find(({ key }) => key === 'errors_today')?.count;
  const path = ({ entityType, entityId }: TestScope): string =>
    `/api/scores/${entityType}/${encodeURIComponent(entityId)}`;

  it('are 404 until the first is computed', async () => {
    const scope = freshScope();
    const { body } = await app.api.get(path(scope)).expect(404);
    expect((body as { code: string }).code).toBe('SCORE_NOT_FOUND');
    expect(await compute(scope)).toMatchObject({ score: 100, band: 'healthy', delta: null });
    const found = await app.api.get(path(scope)).expect(200);
    expect(found.body).toMatchObject({ ...scope, latest: { score: 100 } });
  });

  it('have a history, newest first, that is read by cursor', async () => {
    const scope = freshScope();
    const leads = manyItems(scope, 5, { kind: 'intake_lead', state: 'new' });
    const scores: number[] = [(await compute(scope)).score];
    for (const lead of leads) {
      await pushItems(app.api, scope, [lead]);
      scores.unshift((await compute(scope)).score);
    }
    const seen: { score: number; delta: number | null }[] = [];
    let cursor: string | null = null;
    do {
      const query = { pageSize: 4, ...(cursor === null ? {} : { cursor }) };
      const { body } = await app.api.get(path(scope), query).expect(200);
      const { history } = body as {
        history: { items: ScoreBody[]; pagination: { nextCursor: string | null } };
      };
      seen.push(...history.items);
      cursor = history.pagination.nextCursor;
    } while (cursor !== null);
    expect(seen.map(({ score }) => score)).toEqual(scores);
    seen.forEach(({ score, delta }, index) => {
      const before = scores[index + 1];
      expect(delta).toBe(before === undefined ? null : score - before);
    });
  });

  it('follow each other without a gap when many are computed at once', async () => {
    const scope = freshScope();
    await Promise.all(Array.from({ length: 12 }, () => compute(scope)));
    const { body } = await app.api.get(path(scope), { pageSize: 100 }).expect(200);
    const { items } = (body as { history: { items: ScoreBody[] } }).history;
    expect(items.map(({ delta }) => delta)).toEqual([...Array<number>(11).fill(0), null]);
  });

  it('that a schedule finds unchanged are confirmed, and neither stored nor published again', async () => {
    const scope = freshScope();
    const [lead] = manyItems(scope, 1, { kind: 'intake_lead', state: 'new' });
    const tick = () => app.get(ScoringService).computeOrConfirm(scope, SYSTEM_ACTOR);
    const seen = async () => {
      const { body } = await app.api.get(path(scope), { pageSize: 100 }).expect(200);
      const events = await app.rows(
        `SELECT 1 FROM ops_events WHERE entity_id = $1 AND event_key = 'score.computed'`,
        [scope.entityId],
      );
      const { history, latest } = body as {
        history: { items: { id: string }[] };
        latest: { id: string; computedAt: string; confirmedAt: string | null };
      };
      return { stored: history.items.length, events: events.length, latest };
    };
    await tick();
    const first = await seen();
    expect(first).toMatchObject({ stored: 1, events: 1, latest: { confirmedAt: null } });
    await tick();
    await tick();
    const confirmed = await seen();
    expect(confirmed).toMatchObject({ stored: 1, events: 1, latest: { id: first.latest.id } });
    expect(Date.parse(confirmed.latest.confirmedAt!)).toBeGreaterThan(
      Date.parse(first.latest.computedAt),
    );
    await pushItems(app.api, scope, [lead!]);
    await tick();
    expect(await seen()).toMatchObject({ stored: 2, events: 2, latest: { confirmedAt: null } });
    await compute(scope);
    expect(await seen()).toMatchObject({ stored: 3, events: 3 });
  });

  it('count the presses that failed today, of their scope alone', async () => {
    const [scope, other] = [freshScope(), freshScope()];
    const { id } = await createNextAction(app.api, scope);
    await app.api.press(id, 'break_down').expect(500);
    expect(errors(await compute(scope))).toBe(1);
    expect(errors(await compute(other))).toBe(0);
    await app.rows(
      `UPDATE ops_events SET created_at = date_trunc('day', now(), 'UTC') - interval '1 ms'
       WHERE entity_id = $1 AND level = 'error'`,
      [scope.entityId],
    );
    expect(errors(await compute(scope))).toBe(0);
  });

  it('do not count a press that was refused: its event is no error', async () => {
    const scope = freshScope();
    const { id } = await createNextAction(app.api, scope);
    await app.api.press(id, 'turn_down').expect(409);
    await app.api.press(id, 'mark_done').expect(200);
    for (const key of ['turn_down', 'snooze_1d']) await app.api.press(id, key).expect(409);
    await app.api.press(id, 'no_such').expect(400);
    expect(await compute(scope)).toMatchObject({ score: 100 });
    const { body } = await app.api.get('/api/ops-events', { nextActionId: id }).expect(200);
    const refused = (body.items as { eventKey: string }[]).filter(
      ({ eventKey }) => eventKey === 'nba.delivery.failed',
    );
    expect(refused).toEqual([
      expect.objectContaining({ level: 'info', status: 'failed', errorCode: 'NOTHING_TO_DO' }),
    ]);
  });

  it('count a dead-lettered job once: in the health of the jobs', async () => {
    const scope = freshScope();
    await app.get(TransactionRunner).run((tx) => {
      tx.publish('job.dead_lettered', {
        actorId: null,
        requestId: null,
        sourceType: 'job',
        sourceId: null,
        scope,
        status: 'failed',
        meta: { type: 'score.compute', attempt: 4 },
      });
      return Promise.resolve();
    });
    expect(errors(await compute(scope))).toBe(0);
  });

  it.each([
    ['/api/scores/Account/acme', 'entityType'],
    [`/api/scores/account/${'x'.repeat(129)}`, 'entityId'],
    ['/api/scores/account/a%00', 'entityId'],
  ])('refuse %s', async (wrong, field) => {
    expect((await app.api.get(wrong).expect(400)).body).toEqual(problems.validationFailed(field));
  });

  it('refuse a cursor of another scope', async () => {
    const [scope, other] = [freshScope(), freshScope()];
    for (const one of [scope, scope, other]) await compute(one);
    const { body } = await app.api.get(path(scope), { pageSize: 1 });
    const { history } = body as { history: { pagination: { nextCursor: string } } };
    const query = { cursor: history.pagination.nextCursor };
    expect((await app.api.get(path(other), query).expect(400)).body).toEqual(
      problems.cursorInvalid,
    );
  });
});
