import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryOutcome,
} from '../src/next-actions/delivery/delivery-action.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { freshScope, listIn, manyItems, pushItems, runIn } from './support/desk.js';
import { type ApiClient } from './support/requests.js';
import { addUser } from './support/users.js';

class Handler implements DeliveryActionHandler {
  run(): DeliveryOutcome {
    return {};
  }
}

@DeliveryAction({
  key: 'only_of_crm',
  label: 'Only of the CRM',
  appliesTo: { rules: ['crm_rule'], sourceTypes: ['crm_card'] },
})
class OnlyOfCrmAction extends Handler {}

@DeliveryAction({
  key: 'from_80',
  label: 'From 80',
  appliesTo: ({ score }) => score >= 80,
})
class From80Action extends Handler {}

@DeliveryAction({
  key: 'breaks',
  label: 'Breaks',
  appliesTo: () => {
    throw new Error('broken test');
  },
})
class BreaksAction extends Handler {}

@DeliveryAction({ key: 'for_admins', label: 'For administrators', permission: 'users.manage' })
class ForAdminsAction extends Handler {}

interface Button {
  readonly actionKey: string;
  readonly style: string;
}
interface Row {
  readonly id: string;
  readonly createdByRule: string | null;
  readonly actions: Button[];
}

/** What is offered on any NBA that is open, by style, then by key. */
const GENERAL = [
  'mark_done',
  'add_note',
  'assign',
  'reprioritize',
  'snooze',
  'snooze_1d',
  'dismiss',
];

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({
    providers: [OnlyOfCrmAction, From80Action, BreaksAction, ForAdminsAction],
  });
});
afterAll(() => app.close());

const keysOf = ({ actions }: { actions: Button[] }, without: string[] = ['for_admins']) =>
  actions.map(({ actionKey }) => actionKey).filter((key) => !without.includes(key));
const find = async (id: string, api: ApiClient = app.api) => (await api.nextAction(id)) as Row;

describe('the buttons of a next best action', () => {
  it('are those that apply to it, by style, then by key', async () => {
    const { id } = await createNextAction(app.api);
    expect(keysOf(await find(id))).toEqual(GENERAL);
  });

  it('are the whole of what a client draws, and are the same in the catalogue', async () => {
    const { id } = await createNextAction(app.api);
    const { actions } = await find(id);
    const { body } = await app.api.get('/api/delivery-actions').expect(200);
    for (const button of actions) {
      expect(Object.keys(button).sort()).toEqual(
        ['actionKey', 'confirm', 'inputSchema', 'label', 'style', 'undo'].sort(),
      );
      const [listed] = body.items.filter(({ actionKey }: Button) => actionKey === button.actionKey);
      expect(listed).toEqual({ ...button, worksOn: expect.arrayContaining(['queued']) as unknown });
    }
    expect(actions).toContainEqual(
      expect.objectContaining({
        actionKey: 'snooze',
        inputSchema: expect.objectContaining({
          properties: {
            until: { type: 'string', format: 'date-time' },
            for: { type: 'string', enum: ['1h', '4h', '1d', '3d', '1w'] },
            untilWorse: { type: 'boolean' },
          },
          additionalProperties: false,
        }) as unknown,
      }),
    );
  });

  it('stand in the list, full or not, in the summary and in the detail', async () => {
    const scope = freshScope();
    const { id, actions } = await createNextAction(app.api, scope);
    for (const query of [{ snoozed: 'all' }, { fields: 'full' }] as Record<string, string>[]) {
      const [item] = await listIn<Row>(app.api, '/api/next-actions', scope, query);
      expect(item).toMatchObject({ id, actions: actions as object[] });
    }
    const { body } = await app.api.get('/api/next-actions/summary', { ...scope }).expect(200);
    expect(body.top5).toEqual([expect.objectContaining({ id, actions })]);
    expect((await find(id)).actions).toEqual(actions);
    const closed = await app.api.patch(`/api/next-actions/${id}`, { action: 'done' }).expect(200);
    expect(keysOf(closed.body)).toEqual(['reopen', 'add_note']);
  });

  it('leave the CSV as it was', async () => {
    const scope = freshScope();
    await createNextAction(app.api, scope);
    const { text } = await app.api
      .get('/api/next-actions', { ...scope })
      .set('Accept', 'text/csv')
      .expect(200);
    expect(text.split('\r\n')[0]).toMatch(/dismissedAt,assigneeId$/);
  });

  it.each([
    ['done', 'mark_done', ['reopen', 'add_note']],
    ['dismissed', 'dismiss', ['reopen', 'add_note']],
  ])('of one that is %s are those that work on it', async (_, actionKey, keys) => {
    const { id } = await createNextAction(app.api);
    await app.api.press(id, actionKey).expect(200);
    expect(keysOf(await find(id))).toEqual(keys);
  });

  it('of a snoozed one have wake', async () => {
    const { id } = await createNextAction(app.api);
    await app.api.press(id, 'snooze_1d').expect(200);
    expect(keysOf(await find(id))).toEqual([...GENERAL.slice(0, -1), 'wake', 'dismiss']);
  });

  it('of the rules are those that are about what the rule counted', async () => {
    const scope = freshScope();
    await pushItems(app.api, scope, [
      ...manyItems(scope, 1, { kind: 'notification_delivery', state: 'failed' }),
      ...manyItems(scope, 1, { kind: 'intake_lead', state: 'new' }),
      ...manyItems(scope, 1, { kind: 'reminder', state: 'open', dueInHours: -3 }),
    ]);
    await runIn(app.api, '/api/next-actions/run', scope);
    const rows = await listIn<Row>(app.api, '/api/next-actions', scope);
    const own = Object.fromEntries(
      rows.map((row) => [
        row.createdByRule,
        keysOf(row, ['for_admins', 'from_80']).filter((key) => !GENERAL.includes(key)),
      ]),
    );
    const ofRules = ['recompute_score', 'run_next_actions', 'run_risk_rules'];
    expect(own).toEqual({
      failed_notification_deliveries: [
        'retry_failed_deliveries',
        ...ofRules,
        'dont_suggest_again_30d',
      ],
      intake_leads_unscored: [
        'run_lead_pipeline',
        'recompute_score',
        'run_next_actions',
        'run_risk_rules',
        'dont_suggest_again_30d',
      ],
      overdue_reminders_high_priority: [...ofRules, 'dont_suggest_again_30d'],
    });
  });

  it('are narrowed by rule, source type or a function', async () => {
    const own = async (values: object) => {
      const row = await find((await createNextAction(app.api, values)).id);
      return keysOf(row).filter((key) => ['only_of_crm', 'from_80'].includes(key));
    };
    expect(await own({ createdByRule: 'crm_rule' })).toEqual(['only_of_crm']);
    expect(await own({ sourceType: 'crm_card' })).toEqual(['only_of_crm']);
    expect(await own({ sourceType: 'other', createdByRule: 'other' })).toEqual([]);
    expect(await own({ score: 79 })).toEqual([]);
    expect(await own({ score: 80 })).toEqual(['from_80']);
  });

  it('decide what is offered, not what is accepted', async () => {
    const { id } = await createNextAction(app.api, { score: 10 });
    for (const key of ['only_of_crm', 'from_80', 'run_lead_pipeline', 'retry_failed_deliveries']) {
      expect(keysOf(await find(id))).not.toContain(key);
      await app.api.press(id, key).expect(200);
    }
  });

  it('leave out one whose function throws, on the log, and nothing else', async () => {
    const { id } = await createNextAction(app.api);
    expect(keysOf(await find(id))).toEqual(GENERAL);
    expect(app.logs()).toContainEqual(
      expect.objectContaining({
        msg: 'appliesTo of a delivery action threw',
        actionKey: 'breaks',
        err: expect.objectContaining({ message: 'broken test' }) as unknown,
      }),
    );
  });

  it('are those that the caller may press', async () => {
    const { id } = await createNextAction(app.api);
    const viewer = await addUser(app, { role: 'viewer' });
    const operator = await addUser(app);
    expect((await find(id, viewer.api)).actions).toEqual([]);
    expect(keysOf(await find(id, operator.api), [])).toEqual(GENERAL);
    expect(keysOf(await find(id), [])).toContain('for_admins');
  });
});

describe('an alias of an action', () => {
  it('is a press of the action, on record under its key, and no action of its own', async () => {
    const { id } = await createNextAction(app.api);
    const { body: first } = await app.api.press(id, 'don_t_suggest_again_30d').expect(200);
    expect(await app.api.executionsOf(id)).toEqual([
      expect.objectContaining({ id: first.executionId, actionKey: 'dont_suggest_again_30d' }),
    ]);
    const repeat = await app.api.press(id, 'dont_suggest_again_30d').expect(200);
    expect(repeat.headers).toMatchObject({ 'idempotent-replayed': 'true' });
    expect(repeat.body).toEqual(first);
    const { body: catalogue } = await app.api.get('/api/delivery-actions').expect(200);
    expect(catalogue.items.map(({ actionKey }: Button) => actionKey)).not.toContain(
      'don_t_suggest_again_30d',
    );
  });
});
