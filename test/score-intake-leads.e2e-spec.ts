import { problems } from './support/problems.js';
import { NO_REFRESH, QaDesk } from './support/qa-desk.js';
import { describeOnServer } from './support/qa-server.js';

interface LeadBody {
  state: string;
  score: number;
  band: string;
  delta: number | null;
  snapshotId: string;
  factors: { key: string; normalized: number; impact: number }[];
  reasons: { key: string; direction: string; text: string }[];
}

const GOOD = {
  budget: 60_000,
  urgency: 'immediate',
  fit: 90,
  source: 'referral',
  email: 'lead@example.com',
  phone: '+1 514 555 0100',
  contactName: 'Ada',
  need: 'A new website before spring',
};

describeOnServer('scoring intake leads', { scoresLeadsOnly: true }, (server) => {
  const desk = new QaDesk(server);
  // No rules run in this suite: deleting the leads is enough to clean up.
  afterAll(() => desk.deleteItems());

  const path = (name: string) => `/api/leads/${encodeURIComponent(name)}`;
  const push = async (name: string, attributes: object, state = 'new'): Promise<string> => {
    const externalId = desk.named(name);
    await desk.push([{ kind: 'intake_lead', externalId, state, attributes }]);
    return externalId;
  };
  const score = async (name: string): Promise<LeadBody> =>
    (await server.api.post(`${path(name)}/score${NO_REFRESH}`).expect(200)).body as LeadBody;

  it('scores a new lead by its attributes, and shows the score on the lead', async () => {
    const good = await push('good', GOOD);
    const lead = await score(good);
    expect(lead).toMatchObject({
      externalId: good,
      ...desk.scope,
      state: 'scored',
      score: 98,
      band: 'healthy',
      delta: null,
    });
    expect(lead.factors.map(({ key, normalized }) => [key, normalized])).toEqual([
      ['budget', 100],
      ['urgency', 100],
      ['fit', 90],
      ['source', 100],
      ['contactability', 100],
      ['completeness', 100],
    ]);
    expect(lead.reasons.every(({ direction }) => direction === 'positive')).toBe(true);
    expect((await server.api.get(path(good)).expect(200)).body).toEqual(lead);
  });

  it('scores a lead without attributes, with reasons that say what is missing', async () => {
    const lead = await score(await push('bare', {}));
    expect(lead).toMatchObject({ state: 'scored', score: 18, band: 'critical' });
    expect(lead.reasons.map(({ text }) => text)).toEqual(
      expect.arrayContaining(['Missing: email or phone', 'Missing: budget', 'Missing: fit']),
    );
  });

  it('says what it did not understand, and scores all the same', async () => {
    const lead = await score(await push('odd', { ...GOOD, budget: 'plenty', urgency: 7 }));
    expect(lead.score).toBeLessThan(98);
    expect(lead.reasons.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        'Not understood: budget must be a number from 0',
        expect.stringMatching(/^Not understood: urgency must be one of: immediate, /),
      ]),
    );
  });

  it('appends a score each time, with the difference to the one before', async () => {
    const name = await push('again', {});
    const first = await score(name);
    await push('again', GOOD, 'qualified');
    const second = await score(name);
    expect(second).toMatchObject({ state: 'qualified', delta: second.score - first.score });
    const { body } = await server.api.get(`${path(name)}/scores`).expect(200);
    expect(body.items).toMatchObject([
      { id: second.snapshotId, score: second.score },
      { id: first.snapshotId, score: first.score, delta: null },
    ]);
  });

  it('publishes events', async () => {
    const lead = await score(await push('published', GOOD));
    const { body } = await server.api
      .get('/api/ops-events', { eventKey: 'score.computed' })
      .expect(200);
    const events = body.items as { sourceType: string; meta: { snapshotId: string } }[];
    const event = events.find(({ meta }) => meta.snapshotId === lead.snapshotId);
    expect(event).toMatchObject({ sourceType: 'lead', status: 'success', meta: desk.scope });
  });

  it('refuses what it cannot score', async () => {
    const unknown = await server.api.post(`${path(desk.named('nobody'))}/score`).expect(404);
    expect(unknown.body).toEqual(problems.leadNotFound);
    const closed = await push('closed', GOOD, 'converted');
    const refused = await server.api.post(`${path(closed)}/score`).expect(409);
    expect(refused.body).toEqual(problems.leadNotOpen);
    const anonymous = await server.anonymous.post(`${path(closed)}/score`).expect(401);
    expect(anonymous.body).toEqual(problems.tokenRequired);
  });
});
