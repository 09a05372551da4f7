import fc from 'fast-check';
import { createTestApp, type TestApp } from './support/app.js';
import {
  freshScope,
  listIn,
  manyItems,
  pushItems,
  type RiskFlagBody,
  runIn,
  type TestScope,
} from './support/desk.js';

type Step = { overdue: number } | { action: 'snooze' | 'resolve' | 'dismiss' | 'reopen' };

/** What docs/domain.md says of one flag: the rules of its life, without SQL. */
class ModelFlag {
  status: 'open' | 'snoozed' | 'resolved' | 'dismissed' | undefined;
  severity: 'medium' | 'high' = 'medium';
  private gone = false;

  run(overdue: number): void {
    const severity = overdue >= 3 ? 'high' : 'medium';
    const active = this.status === undefined || this.status === 'open';
    const rises = severity === 'high' && this.severity === 'medium';
    const anew = this.status === 'resolved' && (this.gone || rises);
    if (overdue === 0) {
      if (this.status === 'open') this.status = 'resolved';
      if (this.status === 'resolved') this.gone = true;
    } else if (active || anew) {
      Object.assign(this, { status: 'open', severity, gone: false });
    }
  }

  /** Whether the operator may do it. */
  change(action: 'snooze' | 'resolve' | 'dismiss' | 'reopen'): boolean {
    const open = this.status === 'open' || this.status === 'snoozed';
    const becomes = { snooze: 'snoozed', resolve: 'resolved', dismiss: 'dismissed' } as const;
    if (action === 'reopen') this.status = 'open';
    else if (open) this.status = becomes[action];
    else return action !== 'snooze' && this.status === becomes[action];
    if (action === 'reopen') this.gone = false;
    return true;
  }
}

const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ overdue: fc.constantFrom(0, 1, 3) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        action: fc.constantFrom<('snooze' | 'resolve' | 'dismiss' | 'reopen')[]>(
          'resolve',
          'resolve',
          'dismiss',
          'reopen',
          'snooze',
        ),
      }),
    },
  ),
  { minLength: 4, maxLength: 14, size: 'max' },
) as fc.Arbitrary<Step[]>;

describe('the life of a risk flag', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  async function retention(scope: TestScope, overdue: number): Promise<void> {
    await app.rows('DELETE FROM work_items WHERE entity_id = $1', [scope.entityId]);
    const item = { kind: 'retention_contact', state: 'open', dueInHours: -5 };
    if (overdue > 0) await pushItems(app.api, scope, manyItems(scope, overdue, item));
  }

  it('is what the documentation says, in whatever order runs and operators come', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const scope = freshScope();
        const model = new ModelFlag();
        for (const step of taken) {
          const [flag] = await listIn<RiskFlagBody>(app.api, '/api/risk', scope);
          if ('overdue' in step) {
            await retention(scope, step.overdue);
            await runIn(app.api, '/api/risk/run-rules', scope);
            model.run(step.overdue);
          } else if (flag) {
            const { action } = step;
            const body = { action, ...(action === 'snooze' ? { preset: '2d' } : {}) };
            const { status } = await app.api.patch(`/api/risk/${flag.id}`, body);
            expect(status).toBe(model.change(action) ? 200 : 409);
          }
          const [now] = await listIn<RiskFlagBody>(app.api, '/api/risk', scope);
          expect(now?.status).toBe(model.status);
          if (now) expect(now.severity).toBe(model.severity);
        }
      }),
      { numRuns: 12 },
    );
  }, 120_000);
});
