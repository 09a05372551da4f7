import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { problems } from './support/problems.js';
import { FIXTURE_ACTIONS } from './fixtures/delivery-actions.js';
import { JwtService } from '@nestjs/jwt';
import { CredentialsService } from '../src/users/model/credentials.service.js';
import { OPERATOR } from './support/app.js';
import { ApiClient } from './support/requests.js';

describe('pressing a button', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ providers: FIXTURE_ACTIONS });
  });
  afterAll(() => app.close());

  const eventsOf = async (id: string) =>
    (await app.api.get('/api/ops-events', { nextActionId: id }).expect(200)).body.items.filter(
      (event: { eventKey: string }) => event.eventKey.startsWith('nba.delivery.'),
    );

  it('runs the action, and records it with its event', async () => {
    const { id } = await createNextAction(app.api);
    const response = await app.api
      .press(id, 'mark_done')
      .set('X-Request-Id', 'press-1')
      .expect(200);
    expect(response.body).toEqual({
      ok: true,
      executionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(response.headers).toMatchObject({
      'x-request-id': 'press-1',
      'ratelimit-limit': '1000000',
    });
    expect(response.headers).not.toHaveProperty('idempotent-replayed');

    const { executionId } = response.body;
    const me = (await app.api.get('/api/auth/me')).body;
    expect(await app.api.nextAction(id)).toMatchObject({
      status: 'done',
      lastExecutionStatus: 'success',
      lastExecutionErrorCode: null,
      completedAt: expect.any(String),
      lastExecutedAt: expect.any(String),
    });
    expect(await app.api.executionsOf(id)).toEqual([
      expect.objectContaining({
        id: executionId,
        nextActionId: id,
        actionKey: 'mark_done',
        status: 'success',
        actorId: me.id,
        actorName: me.name,
        input: null,
        changes: {
          status: { from: 'queued', to: 'done' },
          completedAt: { from: null, to: expect.any(String) },
        },
        meta: {},
      }),
    ]);
    expect(await eventsOf(id)).toEqual([
      expect.objectContaining({
        eventKey: 'nba.delivery.executed',
        status: 'success',
        actorId: me.id,
        requestId: 'press-1',
        meta: {
          executionId,
          actionKey: 'mark_done',
          result: {},
          changes: {
            status: { from: 'queued', to: 'done' },
            completedAt: { from: null, to: expect.any(String) },
          },
        },
      }),
    ]);
    expect(app.logs()).toContainEqual(
      expect.objectContaining({
        msg: 'nba.delivery.executed',
        requestId: 'press-1',
        userId: me.id,
        sourceId: id,
      }),
    );
  });

  it('snoozes for 24 hours from the press', async () => {
    const { id } = await createNextAction(app.api);
    await app.api.press(id, 'snooze_1d').expect(200);
    const { snoozedUntil, lastExecutedAt, status } = await app.api.nextAction(id);
    expect(status).toBe('queued');
    const hours = (Date.parse(snoozedUntil) - Date.parse(lastExecutedAt)) / 3_600_000;
    expect(hours).toBeCloseTo(24, 2);
  });

  it('dismisses', async () => {
    const { id } = await createNextAction(app.api);
    await app.api.press(id, 'dismiss').expect(200);
    expect(await app.api.nextAction(id)).toMatchObject({
      status: 'dismissed',
      dismissedAt: expect.any(String),
    });
  });

  describe('is refused', () => {
    it.each([
      ['no body', undefined, problems.validationFailed('actionKey')],
      ['no actionKey', {}, null],
      ['an actionKey that is no string', { actionKey: 7 }, null],
      [
        'an unknown body field',
        { actionKey: 'mark_done', force: true },
        problems.validationFailed('force'),
      ],
      [
        'input that is no object',
        { actionKey: 'mark_done', input: 'x' },
        problems.validationFailed('input'),
      ],
      [
        'input that is null',
        { actionKey: 'mark_done', input: null },
        problems.validationFailed('input'),
      ],
      [
        'input for an action that takes none',
        { actionKey: 'mark_done', input: {} },
        problems.validationFailed('input'),
      ],
      [
        'bad input',
        { actionKey: 'wait_days', input: { days: 31 } },
        problems.validationFailed('input.days'),
      ],
      [
        'an unknown input field',
        { actionKey: 'wait_days', input: { days: 3, weeks: 1 } },
        problems.validationFailed('input.weeks'),
      ],
      ['missing input', { actionKey: 'wait_days' }, problems.validationFailed('input.days')],
    ])('with 400 for %s', async (_, body, problem) => {
      const { id } = await createNextAction(app.api);
      const response = await app.api.post(`/api/next-actions/${id}/execute`, body).expect(400);
      expect(response.type).toBe('application/problem+json');
      if (problem) expect(response.body).toEqual(problem);
      else expect(response.body.errors[0].field).toBe('actionKey');
      expect(response.headers).toHaveProperty('ratelimit-remaining');
      expect(await app.api.executionsOf(id)).toEqual([]);
    });

    it.each([
      'nope',
      'constructor',
      '__proto__',
      'toString',
      'hasOwnProperty',
      'MARK_DONE',
      'mark_done ',
    ])('with 400 that lists the keys for the unknown action %j', async (actionKey) => {
      const { id } = await createNextAction(app.api);
      const { body } = await app.api.press(id, actionKey).expect(400);
      expect(body.code).toBe('ACTION_UNKNOWN');
      expect(body.detail).toContain('dismiss, dont_suggest_again_30d, fail_loudly');
    });

    it.each([
      'not-a-uuid',
      '00000000-0000-7000-8000-000000000000',
      "1' OR '1'='1",
      '%00',
      '01a20c27-63eb-76a9-973a-c6207f7f5953x',
    ])('with 404 for the id %s', async (id) => {
      const response = await app.api
        .press(encodeURIComponent(decodeURIComponent(id)), 'mark_done')
        .expect(404);
      expect(response.body).toEqual(problems.nextActionNotFound);
    });

    it('with 409 on an NBA that is no longer open', async () => {
      const { id } = await createNextAction(app.api);
      await app.api.press(id, 'mark_done').expect(200);
      for (const actionKey of ['snooze_1d', 'dismiss']) {
        const { body } = await app.api.press(id, actionKey).expect(409);
        expect(body).toEqual(problems.nextActionNotOpen);
      }
    });

    it('with 401 without a token, before the body is looked at', async () => {
      const { id } = await createNextAction(app.api);
      const response = await app.anonymous.press(id, 'nope').send('{broken').expect(401);
      expect(response.body).toEqual(problems.tokenRequired);
      expect(response.headers['www-authenticate']).toBe('Bearer');
      expect(response.headers).toHaveProperty('ratelimit-remaining');
    });

    it('with 401 for every kind of wrong token', async () => {
      const { id } = await createNextAction(app.api);
      const operator = await app.get(CredentialsService).findByEmail(OPERATOR.email);
      const jwt = app.get(JwtService);
      const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const hour = 3600;
      const now = Math.floor(Date.now() / 1000);
      const payload = { sub: operator?.id, iat: now, exp: now + hour };
      const tokens = {
        malformed: 'abc',
        empty: '',
        unsigned: `${encode({ alg: 'none', typ: 'JWT' })}.${encode(payload)}.`,
        otherKey: jwt.sign(
          { sub: operator?.id },
          { secret: 'another secret of thirty-two characters' },
        ),
        otherAlgorithm: jwt.sign({ sub: operator?.id }, { algorithm: 'HS512' }),
        expired: jwt.sign({ sub: operator?.id, iat: now - 2 * hour }, { expiresIn: hour }),
        fromTheFuture: jwt.sign({ sub: operator?.id, iat: now + hour }),
        notYetValid: jwt.sign({ sub: operator?.id }, { notBefore: hour }),
        nobody: jwt.sign({ sub: '00000000-0000-7000-8000-000000000000' }),
        noUuid: jwt.sign({ sub: "' OR 1=1" }),
        noSubject: jwt.sign({}),
      };
      for (const [kind, token] of Object.entries(tokens)) {
        const response = await new ApiClient(app.url, token).press(id, 'mark_done');
        expect([kind, response.status, response.headers['www-authenticate']]).toEqual([
          kind,
          401,
          'Bearer',
        ]);
      }
      expect(await app.api.executionsOf(id)).toEqual([]);
    });
  });

  it('lists the buttons with the schema of their input', async () => {
    const { body } = await app.api.get('/api/delivery-actions').expect(200);
    expect(body.items.map((item: { actionKey: string }) => item.actionKey)).toEqual(
      expect.arrayContaining(['dismiss', 'mark_done', 'snooze_1d', 'wait_days']),
    );
    expect(body.items).toContainEqual({
      actionKey: 'snooze_1d',
      label: 'Snooze 1 day',
      confirm: 'Hide this action for 1 day?',
      style: 'secondary',
      undo: true,
      worksOn: ['queued'],
      inputSchema: null,
    });
    expect(
      body.items.find((item: { actionKey: string }) => item.actionKey === 'wait_days').inputSchema,
    ).toMatchObject({
      type: 'object',
      properties: { days: { type: 'integer', minimum: 1, maximum: 30 } },
      required: ['days'],
      additionalProperties: false,
    });
  });

  it('keeps secrets that an action returns out of the record and the event', async () => {
    const { id } = await createNextAction(app.api);
    await app.api.press(id, 'wait_days', { input: { days: 2 } }).expect(200);
    expect((await app.api.executionsOf(id))[0].meta).toEqual({
      days: 2,
      accessToken: '[redacted]',
    });
    expect((await eventsOf(id))[0].meta.result).toEqual({ days: 2, accessToken: '[redacted]' });
  });

  it('pages through the executions, newest first', async () => {
    const { id } = await createNextAction(app.api);
    const ids: string[] = [];
    for (let i = 0; i < 3; i++)
      ids.unshift((await app.api.press(id, 'wait_days', { input: { days: 1 } })).body.executionId);
    const { body } = await app.api
      .get(`/api/next-actions/${id}/executions`, { page: 1, pageSize: 2 })
      .expect(200);
    expect(body.items.map((item: { id: string }) => item.id)).toEqual(ids.slice(0, 2));
    expect(body.pagination).toEqual({
      page: 1,
      pageSize: 2,
      total: 3,
      totalIsExact: true,
      totalPages: 2,
      hasNext: true,
      hasPrev: false,
      nextCursor: expect.any(String),
    });
    // Another press comes in between: the next page goes on where this one ended.
    await app.api.press(id, 'wait_days', { input: { days: 1 } }).expect(200);
    const query = { pageSize: 2, cursor: body.pagination.nextCursor };
    const next = await app.api.get(`/api/next-actions/${id}/executions`, query).expect(200);
    expect(next.body.items.map((item: { id: string }) => item.id)).toEqual(ids.slice(2));
    expect(next.body.pagination).toMatchObject({ page: 2, hasNext: false, nextCursor: null });
    const other = (await createNextAction(app.api)).id;
    await app.api.get(`/api/next-actions/${other}/executions`, query).expect(400);
    await app.api.get('/api/next-actions/nope/executions').expect(404);
  });
});
