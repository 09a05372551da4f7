import { uuidv7 } from 'uuidv7';
import { PLAYBOOKS } from '../src/next-actions/rules/playbooks.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import {
  freshScope,
  listIn,
  manyItems,
  type NextActionBody,
  pushItems,
  runIn,
  type TestScope,
} from './support/desk.js';
import { addUser, type TestUser } from './support/users.js';

interface StepBody {
  readonly key: string;
  readonly done: boolean;
  readonly doneAt: string | null;
  readonly doneBy: string | null;
  readonly doneByName: string | null;
  readonly executionId: string | null;
  readonly link: { label: string; href: string } | null;
}
interface PlaybookBody {
  readonly title: string | null;
  readonly steps: StepBody[];
  readonly suggestedActions: string[];
}

describe('the playbook of a next best action', () => {
  let app: TestApp;
  let ada: TestUser;
  beforeAll(async () => {
    app = await createTestApp();
    ada = await addUser(app);
  });
  afterAll(() => app.close());

  const pathOf = (id: string, key?: string): string =>
    `/api/next-actions/${id}/playbook${key === undefined ? '' : `/steps/${key}`}`;
  const playbook = async (id: string): Promise<PlaybookBody> =>
    (await app.api.get(pathOf(id)).expect(200)).body as PlaybookBody;
  const tick = async (id: string, key: string, done: boolean): Promise<PlaybookBody> =>
    (await ada.api.put(pathOf(id, key), { done }).expect(200)).body as PlaybookBody;
  const events = (id: string) =>
    app.rows<{ actor: string; entityId: string; meta: object }>(
      `SELECT actor_id AS actor, entity_id AS "entityId", meta FROM ops_events
       WHERE source_id = $1 AND event_key = 'nba.playbook.step' ORDER BY id`,
      [id],
    );
  /** The NBA of the rule about leads, whose first step names an action. */
  async function aboutLeads(): Promise<{ id: string; scope: TestScope }> {
    const scope = freshScope();
    const leads = manyItems(scope, 1, { kind: 'intake_lead', state: 'new' });
    await pushItems(app.api, scope, leads);
    await runIn(app.api, '/api/next-actions/run', scope);
    const [action] = await listIn<NextActionBody>(app.api, '/api/next-actions', scope);
    return { id: action?.id ?? '', scope };
  }

  it('shows its steps, where they are done, and its actions in order', async () => {
    const { id, scope } = await aboutLeads();
    const { title, steps, suggestedActions } = await playbook(id);
    expect(title).toBe(PLAYBOOKS.intake_leads_unscored.title);
    expect(steps).toEqual([
      expect.objectContaining({
        key: 'score_leads',
        required: true,
        actionKey: 'run_lead_pipeline',
        link: null,
        done: false,
        doneAt: null,
        doneBy: null,
        executionId: null,
      }),
      expect.objectContaining({ key: 'qualify_best', required: false, actionKey: null }),
    ]);
    expect(suggestedActions).toEqual([...PLAYBOOKS.intake_leads_unscored.suggestedActions]);
    // The link leads to the items that the NBA counts.
    const { body } = await app.api.get(steps[1]?.link?.href ?? '').expect(200);
    expect((body as { items: { entityId: string }[] }).items).toMatchObject([
      { entityId: scope.entityId },
    ]);
  });

  it('is ticked and unticked by hand, on record, each once', async () => {
    const { id, scope } = await aboutLeads();
    const ticked = await tick(id, 'qualify_best', true);
    expect(ticked.steps[1]).toMatchObject({
      done: true,
      doneAt: expect.any(String) as string,
      doneBy: ada.user.id,
      doneByName: ada.user.name,
      executionId: null,
    });
    expect(await tick(id, 'qualify_best', true)).toEqual(ticked);
    await tick(id, 'qualify_best', false);
    const open = await tick(id, 'qualify_best', false);
    expect(open.steps[1]).toMatchObject({ done: false, doneAt: null, doneByName: null });
    const of = { actor: ada.user.id, entityId: scope.entityId };
    const meta = { ruleKey: 'intake_leads_unscored', stepKey: 'qualify_best' };
    expect(await events(id)).toEqual([
      { ...of, meta: { ...meta, done: true } },
      { ...of, meta: { ...meta, done: false } },
    ]);
  });

  it('is ticked by a successful execution of the action that the step names', async () => {
    const { id } = await aboutLeads();
    const { body } = await ada.api.press(id, 'run_lead_pipeline').expect(200);
    const { executionId } = body as { executionId: string };
    const [step] = (await playbook(id)).steps;
    expect(step).toMatchObject({ done: true, executionId, doneByName: ada.user.name });
    const refused = await ada.api.put(pathOf(id, 'score_leads'), { done: false }).expect(409);
    expect(refused.body).toMatchObject({ code: 'PLAYBOOK_STEP_EXECUTED' });
  });

  it('is not ticked by a failed execution', async () => {
    const { id } = await aboutLeads();
    await app.rows(
      `INSERT INTO next_action_executions (id, next_action_id, action_key, status, started_at, finished_at)
       VALUES ($2, $1, 'run_lead_pipeline', 'failed', now(), now())`,
      [id, uuidv7()],
    );
    expect((await playbook(id)).steps[0]).toMatchObject({ done: false });
  });

  it('is empty without a built-in rule', async () => {
    const { id } = await createNextAction(app.api, { createdByRule: 'crm_callback' });
    expect(await playbook(id)).toMatchObject({
      ruleKey: 'crm_callback',
      title: null,
      outcome: null,
      steps: [],
      suggestedActions: [],
    });
    const { body } = await app.api.put(pathOf(id, 'ask_client'), { done: true }).expect(404);
    expect(body).toMatchObject({ code: 'PLAYBOOK_STEP_NOT_FOUND' });
  });

  it('does not exist outside the grants, and is read-only for a viewer', async () => {
    const { id, scope } = await aboutLeads();
    const viewer = await addUser(app, { role: 'viewer', scopes: [`account/${scope.entityId}`] });
    const stranger = await addUser(app, { scopes: ['account/other'] });
    await viewer.api.get(pathOf(id)).expect(200);
    await viewer.api.put(pathOf(id, 'qualify_best'), { done: true }).expect(403);
    await stranger.api.get(pathOf(id)).expect(404);
    await stranger.api.put(pathOf(id, 'qualify_best'), { done: true }).expect(404);
    await app.api.get(pathOf('no-id')).expect(404);
    await app.api.put(pathOf(id, 'qualify_best'), { done: 'yes' }).expect(400);
    await app.api.put(pathOf(id, 'no_such_step'), { done: true }).expect(404);
  });
});

describe('a playbook that names an action which nobody provides', () => {
  const { intake_leads_unscored: playbook } = PLAYBOOKS;
  const { suggestedActions } = playbook;
  afterEach(() => Object.assign(playbook, { suggestedActions }));

  it('fails the start and names both', async () => {
    Object.assign(playbook, { suggestedActions: ['no_such_action'] });
    await expect(createTestApp()).rejects.toThrow(
      'The playbook of intake_leads_unscored names the action "no_such_action"',
    );
  });
});
