import { listIn, pushItems, freshScope, type TestItem, type TestScope } from './desk.js';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from './eventually.js';
import { type QaServer } from './qa-server.js';

/** Keeps a running server from running the rules by itself: the suite runs them and counts what they did. */
export const NO_REFRESH = '?refresh=false';

/** The states of a job that has not ended. */
const UNENDED = ['waiting', 'running', 'retrying'];

/** A scope that a suite creates for itself on any server, and leaves empty. */
export class QaDesk {
  readonly scope: TestScope = freshScope();
  private readonly made: string[] = [];

  constructor(private readonly server: QaServer) {}

  /** A name that no other desk uses. */
  named(name: string): string {
    return `${name}:${this.scope.entityId}`;
  }

  push(items: readonly TestItem[]): ReturnType<typeof pushItems> {
    return pushItems(this.server.api, this.scope, items, NO_REFRESH);
  }

  /** Creates a next best action through the API and returns its id. */
  async createNextAction(title: string): Promise<string> {
    const { body } = await this.server.api
      .post('/api/next-actions', { title, ...this.scope })
      .expect(201);
    const { id } = body as { id: string };
    this.made.push(id);
    return id;
  }

  /** Presses a button and returns the answer, which must be a success. */
  async press(nextActionId: string, actionKey: string): Promise<{ executionId: string }> {
    const { status, body } = await this.server.limited(() =>
      this.server.api.press(nextActionId, actionKey),
    );
    expect([actionKey, status, body]).toEqual([
      actionKey,
      200,
      { ok: true, executionId: expect.any(String) as string },
    ]);
    return body as { executionId: string };
  }

  /** Waits until the refresh that a press asked for has ended; a server without a worker leaves it waiting. */
  async settled(): Promise<void> {
    const unended = async (state: string): Promise<boolean> => {
      const query = { type: 'desk.refresh', state, pageSize: 100 };
      const { body } = await this.server.api.get('/api/jobs', query).expect(200);
      const { items } = body as { items: { payload: { entityId: string } }[] };
      return items.some(({ payload }) => payload.entityId === this.scope.entityId);
    };
    const ended = async (): Promise<boolean> => {
      for (const state of UNENDED) {
        if (!(await unended(state))) continue;
        // A running server limits how much is read.
        await delay(300);
        return false;
      }
      return true;
    };
    await eventually('the refresh', ended).catch(() => undefined);
  }

  /** Runs a limited route in the scope; it must answer 200. */
  async run<Answer>(path: string): Promise<Answer> {
    const { status, body } = await this.server.limited(() =>
      this.server.api.post(path, this.scope),
    );
    expect([path, status]).toEqual([path, 200]);
    return body as Answer;
  }

  list<Row>(path: string, query: Record<string, string | number | boolean> = {}): Promise<Row[]> {
    return listIn(this.server.api, path, this.scope, query);
  }

  /** Deletes the items, and with them the scores of leads. */
  async deleteItems(): Promise<void> {
    for (;;) {
      const items = await this.list<{ kind: string; externalId: string }>('/api/work-items');
      if (items.length === 0) return;
      for (const { kind, externalId } of items) {
        const item = `/api/work-items/${kind}/${encodeURIComponent(externalId)}${NO_REFRESH}`;
        await this.server.api.delete(item).expect(204);
      }
    }
  }

  /** Deletes the items, closes what was made by hand, and lets the rules close what they had opened. */
  async cleanUp(): Promise<void> {
    const { api } = this.server;
    await this.deleteItems();
    for (const id of this.made) await api.patch(`/api/next-actions/${id}`, { action: 'dismiss' });
    await api.post('/api/scores/compute', this.scope).expect(200);
    await this.run('/api/risk/run-rules');
    await this.run('/api/next-actions/run');
  }
}
