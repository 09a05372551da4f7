import { IsEmail, IsOptional, IsString, Length } from 'class-validator';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../src/next-actions/delivery/delivery-action.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { freshScope, pushItems } from './support/desk.js';

class AssignInput {
  @IsEmail()
  assignee!: string;

  @IsOptional()
  @IsString()
  @Length(1, 2000)
  note?: string;

  @IsOptional()
  @IsString()
  apiToken?: string;
}

/** Assigns by an id that is an e-mail address, and fails on demand. */
@DeliveryAction({ key: 'assign_to', label: 'Assign', input: AssignInput, dedupeWindowMs: 0 })
class AssignToAction implements DeliveryActionHandler<AssignInput> {
  run({ input }: DeliveryContext<AssignInput>): DeliveryOutcome {
    if (input.note === 'fail') throw new Error(`no desk for ${input.assignee}`);
    return { meta: { assignee: input.assignee } };
  }
}

interface EventBody {
  readonly eventKey: string;
  readonly actorId: string | null;
  readonly sourceType: string | null;
  readonly meta: Record<string, unknown>;
}

describe('what is on record', () => {
  let app: TestApp;
  let operator: string;
  beforeAll(async () => {
    app = await createTestApp({ providers: [AssignToAction] });
    const { body } = await app.api.get('/api/auth/me').expect(200);
    operator = (body as { id: string }).id;
  });
  afterAll(() => app.close());

  const feed = async (query: Record<string, string>): Promise<EventBody[]> => {
    const { body } = await app.api.get('/api/ops-events', { pageSize: 100, ...query }).expect(200);
    return (body as { items: EventBody[] }).items;
  };
  /** Events of work items in a scope, oldest first. */
  const events = (entityId: string) =>
    app.rows<{ key: string; actor: string; source: string; meta: Record<string, unknown> }>(
      `SELECT event_key AS key, actor_id AS actor, source_type AS source, meta FROM ops_events
       WHERE entity_id = $1 AND event_key LIKE 'work_item.%' ORDER BY id`,
      [entityId],
    );

  describe('of a press', () => {
    const JANE = 'jane@example.com';
    const note = `Ask ${JANE} `.padEnd(1500, 'first ');

    it('is its input, and the ids in its meta: secrets go by key, people stay', async () => {
      const { id } = await createNextAction(app.api);
      const input = { assignee: JANE, note, apiToken: 's3same' };
      await app.api.post(`/api/next-actions/${id}/execute`, { actionKey: 'assign_to', input });
      const { body } = await app.api.get(`/api/next-actions/${id}/executions`).expect(200);
      expect(body.items).toEqual([
        expect.objectContaining({
          status: 'success',
          input: { assignee: JANE, note, apiToken: '[redacted]' },
          meta: { assignee: JANE },
        }),
      ]);
      const [executed] = await feed({ nextActionId: id, eventKey: 'nba.delivery.executed' });
      expect(executed?.meta.result).toEqual({ assignee: JANE });
    });

    it('is its input when it fails, too; its message names nobody, nor does the log', async () => {
      const { id } = await createNextAction(app.api);
      const input = { assignee: JANE, note: 'fail' };
      await app.api.post(`/api/next-actions/${id}/execute`, { actionKey: 'assign_to', input });
      const { body } = await app.api.get(`/api/next-actions/${id}/executions`).expect(200);
      expect(body.items).toEqual([
        expect.objectContaining({ status: 'failed', input, errorMessage: 'no desk for [e-mail]' }),
      ]);
      expect(JSON.stringify(app.logs())).not.toContain(JANE);
    });
  });

  describe('of work items', () => {
    const item = { kind: 'reminder', state: 'open' };

    it('is a single push and a delete, by item, with the actor', async () => {
      const scope = freshScope();
      const externalId = `one of ${scope.entityId}`;
      const path = `/api/work-items/reminder/${encodeURIComponent(externalId)}`;
      for (const title of ['A', 'A', 'B']) {
        await app.api.put(path, { title, state: 'open', ...scope });
      }
      await app.api.delete(path).expect(204);
      await app.api.delete(path).expect(404);
      const by = { actor: operator, source: 'work_item' };
      const named = { ...scope, kind: 'reminder', externalId };
      const push = { key: 'work_item.pushed', ...by };
      expect(await events(scope.entityId)).toEqual([
        { ...push, meta: { ...named, created: 1, updated: 0, movedAway: 0 } },
        { ...push, meta: { ...named, created: 0, updated: 1, movedAway: 0 } },
        { key: 'work_item.deleted', ...by, meta: named },
      ]);
    });

    it('is a batch, one event per scope with counts, none for a scope without a change', async () => {
      const [one, two, still] = [freshScope(), freshScope(), freshScope()];
      const named = (scope: typeof one, count: number) =>
        Array.from({ length: count }, (_, index) => ({
          ...item,
          externalId: `${scope.entityId} ${index}`,
          title: 'x',
          ...scope,
        }));
      await pushItems(app.api, still, named(still, 1));
      const before = (await events(still.entityId)).length;
      await app.api
        .post('/api/work-items/batch', {
          items: [...named(one, 3), ...named(two, 2), ...named(still, 1)],
        })
        .expect(200);
      const summed = { key: 'work_item.pushed', actor: operator, source: 'scope' };
      expect(await events(one.entityId)).toEqual([
        { ...summed, meta: { ...one, created: 3, updated: 0, movedAway: 0 } },
      ]);
      expect(await events(two.entityId)).toEqual([
        { ...summed, meta: { ...two, created: 2, updated: 0, movedAway: 0 } },
      ]);
      expect(await events(still.entityId)).toHaveLength(before);
    });

    it('is a move, in both scopes', async () => {
      const [from, to] = [freshScope(), freshScope()];
      const externalId = `moves ${from.entityId}`;
      await pushItems(app.api, from, [{ ...item, externalId }]);
      await pushItems(app.api, to, [{ ...item, externalId }]);
      expect((await events(from.entityId)).at(-1)?.meta).toEqual({
        ...from,
        created: 0,
        updated: 0,
        movedAway: 1,
      });
      expect((await events(to.entityId)).map(({ meta }) => meta)).toEqual([
        { ...to, created: 0, updated: 1, movedAway: 0 },
      ]);
    });

    it('is nothing of a refused push', async () => {
      const scope = freshScope();
      const items = [
        { ...item, externalId: 'good', title: 'x', ...scope },
        { ...item, externalId: 'bad', title: 'x', state: 'no such', ...scope },
      ];
      await app.api.post('/api/work-items/batch', { items }).expect(400);
      expect(await events(scope.entityId)).toEqual([]);
    });
  });
});
