import { DemoLoader } from '../src/demo/demo.loader.js';
import { DEMO_DESKS } from '../src/demo/demo-desk.js';
import { createTestApp, type TestApp } from './support/app.js';
import { listIn, type NextActionBody, type RiskFlagBody } from './support/desk.js';

describe('the demo', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createTestApp();
    await app.get(DemoLoader).load(new Date());
  });
  afterAll(() => app.close());

  const queued = (scope: (typeof DEMO_DESKS)[number]['scope']): Promise<NextActionBody[]> =>
    listIn(app.api, '/api/next-actions', scope, { status: 'queued' });

  it('is one line in the log, with what it loaded; its events are left to level debug', () => {
    const lines = app.logs().filter(({ msg }) => msg === 'demo loaded');
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'info',
        scopes: 3,
        workItems: 64,
        riskFlags: 11,
        nextActions: 13,
      }),
    ]);
    const events = app.logs().filter((line) => 'eventKey' in line);
    expect(events.length).toBeGreaterThan(9);
    expect(events.filter(({ level }) => level !== 'debug')).toEqual([]);
  });

  it('shows scores, flags and recommendations in three scopes', async () => {
    const shown = [];
    for (const { scope } of DEMO_DESKS) {
      const { body } = await app.api.get(`/api/scores/${scope.entityType}/${scope.entityId}`);
      const flags = await listIn<RiskFlagBody>(app.api, '/api/risk', scope);
      shown.push([
        (body as { latest: { band: string } }).latest.band,
        flags.length,
        (await queued(scope)).length,
      ]);
    }
    // The command center's seventh is snoozed.
    expect(shown).toEqual([
      ['critical', 5, 6],
      ['healthy', 3, 4],
      ['healthy', 3, 2],
    ]);
  });

  it('hides one recommendation and shows one whose snooze is over', async () => {
    const snoozes = await app.rows<{ rule: string; running: boolean }>(
      `SELECT created_by_rule AS rule, snoozed_until > now() AS running FROM next_best_actions
       WHERE snoozed_until IS NOT NULL ORDER BY 1`,
    );
    expect(snoozes).toEqual([
      { rule: 'handoff_no_client_confirm', running: true },
      { rule: 'proposals_sent_no_followup_date', running: false },
    ]);
  });

  it('doubles nothing when it is loaded again', async () => {
    const count = async (): Promise<unknown> =>
      (
        await app.rows(
          `SELECT (SELECT count(*)::int FROM work_items) AS items,
            (SELECT count(*)::int FROM risk_flags) AS flags,
            (SELECT count(*)::int FROM next_best_actions) AS actions`,
        )
      )[0];
    const before = await count();
    await app.get(DemoLoader).load(new Date());
    expect(await count()).toEqual(before);
    expect(before).toMatchObject({ items: 64 });
  });
});
