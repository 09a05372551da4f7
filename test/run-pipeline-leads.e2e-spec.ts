import { manyItems } from './support/desk.js';
import { problems } from './support/problems.js';
import { NO_REFRESH, QaDesk } from './support/qa-desk.js';
import { describeOnServer } from './support/qa-server.js';

interface LeadItem {
  externalId: string;
  state: string;
}

const NOTHING = { ran: 0, skipped: 0, failed: [] };

describeOnServer('the lead pipeline', {}, (server) => {
  const desk = new QaDesk(server);
  const neighbour = new QaDesk(server);
  afterAll(async () => {
    await desk.cleanUp();
    await neighbour.cleanUp();
  });

  const RUN = `/api/leads/pipeline/run${NO_REFRESH}`;
  const newLeads = (of: QaDesk, count: number, values: object = {}) =>
    of.push(manyItems(of.scope, count, { kind: 'intake_lead', state: 'new', ...values }));
  const states = async (of: QaDesk): Promise<string[]> =>
    (await of.list<LeadItem>('/api/work-items', { kind: 'intake_lead' }))
      .map(({ state }) => state)
      .sort();

  it('does nothing where no lead waits', async () => {
    expect(await desk.run(RUN)).toEqual(NOTHING);
  });

  it('scores every new lead of its scope and no other', async () => {
    await newLeads(desk, 8, { attributes: { budget: 20_000, source: 'event' } });
    await desk.push([
      { kind: 'intake_lead', externalId: desk.named('known'), state: 'qualified' },
      { kind: 'reminder', externalId: desk.named('reminder'), state: 'open' },
    ]);
    await newLeads(neighbour, 2);
    expect(await desk.run(RUN)).toEqual({ ran: 8, skipped: 0, failed: [] });
    expect(await states(desk)).toEqual(['qualified', ...Array<string>(8).fill('scored')]);
    expect(await states(neighbour)).toEqual(['new', 'new']);
    const [first] = manyItems(desk.scope, 1, { kind: 'intake_lead', state: 'new' });
    const { body } = await server.api
      .get(`/api/leads/${encodeURIComponent(first!.externalId)}`)
      .expect(200);
    expect(body).toMatchObject({ state: 'scored', score: 39, band: 'critical', delta: null });
  });

  it('has nothing left to do the second time', async () => {
    expect(await desk.run(RUN)).toEqual(NOTHING);
  });

  it('scores no lead twice when two run at once', async () => {
    await desk.push(
      Array.from({ length: 60 }, (_, index) => ({
        kind: 'intake_lead',
        externalId: desk.named(`raced ${index}`),
        state: 'new',
      })),
    );
    type Outcome = typeof NOTHING;
    const outcomes = await Promise.all([desk.run<Outcome>(RUN), desk.run<Outcome>(RUN)]);
    const rest = await desk.run<Outcome>(RUN);
    const ran = [...outcomes, rest].reduce((sum, outcome) => sum + outcome.ran, 0);
    expect(ran).toBe(60);
    for (const { failed } of outcomes) expect(failed).toEqual([]);
    const name = encodeURIComponent(desk.named('raced 7'));
    const { body } = await server.api.get(`/api/leads/${name}/scores`).expect(200);
    expect(body.items).toHaveLength(1);
  });

  it('is recommended while leads wait, and a press of its button answers the recommendation', async () => {
    await desk.run('/api/next-actions/run');
    const waiting = () =>
      neighbour.list<{ id: string; createdByRule: string }>('/api/next-actions', {
        status: 'queued',
      });
    await neighbour.run('/api/next-actions/run');
    const recommended = (await waiting()).find(
      ({ createdByRule }) => createdByRule === 'intake_leads_unscored',
    );
    const { executionId } = await neighbour.press(recommended!.id, 'run_lead_pipeline');
    await neighbour.settled();
    const { body } = await server.api
      .get(`/api/next-actions/${recommended!.id}/executions`)
      .expect(200);
    expect(body.items).toMatchObject([
      {
        id: executionId,
        actionKey: 'run_lead_pipeline',
        status: 'success',
        meta: { ran: 2, skipped: 0, failed: [] },
      },
    ]);
    expect(await states(neighbour)).toEqual(['scored', 'scored']);
    await neighbour.run('/api/next-actions/run');
    expect(await waiting()).toEqual([]);
  });

  it('answers 401 without a token, and 400 for unknown fields', async () => {
    const stranger = await server.anonymous.post(RUN, desk.scope).expect(401);
    expect(stranger.body).toEqual(problems.tokenRequired);
    const wrong = await server.limited(() => server.api.post(RUN, { ...desk.scope, limit: 5 }));
    expect(wrong.body).toEqual(problems.validationFailed('limit'));
  });
});
