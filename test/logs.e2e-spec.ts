import { request as httpRequest } from 'node:http';
import { ConflictError } from '../src/kernel/errors/domain-error.js';
import { leak, LEAKY_ACTIONS } from './fixtures/leaky-actions.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { eventually } from './support/eventually.js';
import { enqueue, Probe, QUICK_JOBS, untilJob } from './support/jobs.js';

type Line = Record<string, unknown>;

const LATE_FAILURE = 'a request failed after its client had disconnected';

/** Secrets of every kind, as a caller, an action or a database may say them; each with a mark to look for. */
const MARK = 'canary5ame';
/** Kept out of messages and logs; in the meta of an action it is the id of a person. */
const ADDRESS = `${MARK}11@example.com`;
const SECRETS = [
  `password=${MARK}1`,
  `Authorization: Bearer ${MARK}2`,
  `Cookie: sid=${MARK}3; a=b`,
  `{"apiKey":"${MARK}4"}`,
  `postgres://nba:${MARK}5@db.internal/nba`,
  `ghp_${MARK}6aB3dE5gH7jK9mN1pQ3rS5tU7`,
  `nba_${MARK}7aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1zA3bC5d`,
  `whsec_${MARK}8aB3dE5gH7jK9mN1pQ3rS5tU7`,
  `https://hooks.slack.com/services/T0/B0/${MARK}9aB3dE5gH7`,
  `https://s3.example/k?X-Amz-Signature=${MARK}10`,
  ADDRESS,
  `-----BEGIN PRIVATE KEY-----\n${MARK}12\n-----END PRIVATE KEY-----`,
  `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${MARK}13`,
];

describe('the logs', () => {
  const probe = new Probe();
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({
      env: { ...QUICK_JOBS, JOB_BACKOFF_MS: '20' },
      providers: [...LEAKY_ACTIONS, probe.provider()],
    });
  });
  afterAll(() => app.close());
  beforeEach(() => {
    leak.run = () => Promise.resolve({});
    probe.work = () => undefined;
  });

  /** The lines that were written while `work` ran and until that of the request with this id, the debug ones aside. */
  const linesOf = async (requestId: string, work: () => PromiseLike<unknown>): Promise<Line[]> => {
    const before = app.logs().length;
    await work();
    const fresh = () => app.logs().slice(before);
    await eventually(`the line of ${requestId}`, () =>
      fresh().some((line) => line.requestId === requestId && 'method' in line),
    );
    return fresh().filter((line) => line.requestId === requestId && line.level !== 'debug');
  };

  describe('say in one line', () => {
    it('what was answered, by route, and in one what happened', async () => {
      const { id } = await createNextAction(app.api);
      const lines = await linesOf('answered', () =>
        app.api.press(id, 'mark_done').set('X-Request-Id', 'answered').expect(200),
      );
      expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
        ['info', 'nba.delivery.executed'],
        ['info', 'request answered'],
      ]);
      expect(lines[1]).toMatchObject({
        method: 'POST',
        path: `/api/next-actions/${id}/execute`,
        route: '/api/next-actions/:id/execute',
        params: { id },
        status: 200,
        durationMs: expect.any(Number),
        userId: expect.any(String),
      });
    });

    it('what a health probe was refused, and nothing of one that found all well', async () => {
      const lines = await linesOf('probe-2', async () => {
        await app.anonymous.get('/health/live').set('X-Request-Id', 'probe-1').expect(200);
        await app.anonymous.get('/health/nowhere').set('X-Request-Id', 'probe-2').expect(404);
      });
      expect(lines).toMatchObject([{ level: 'info', code: 'ROUTE_NOT_FOUND', status: 404 }]);
      expect(app.logs().filter(({ requestId }) => requestId === 'probe-1')).toEqual([]);
    });

    it.each([
      ['a route that refuses', 'mark_done', 404, 'NEXT_ACTION_NOT_FOUND', 'nonsense'],
      ['an action that does not exist', 'no_such', 400, 'ACTION_UNKNOWN', undefined],
      ['an action that refuses by itself', 'refuse_politely', 409, 'NOTHING_TO_RETRY', undefined],
    ])('what was refused: %s', async (_, actionKey, status, code, nextActionId) => {
      const id = nextActionId ?? (await createNextAction(app.api)).id;
      const requestId = `refused-${status}`;
      const lines = await linesOf(requestId, () =>
        app.api.press(id, actionKey).set('X-Request-Id', requestId).expect(status),
      );
      expect(lines).toEqual([
        expect.objectContaining({ level: 'info', msg: 'request refused', status, code }),
      ]);
      expect(lines[0]).not.toHaveProperty('err');
    });

    it('what failed, with one stack, one code and its execution', async () => {
      leak.run = () => Promise.reject(new TypeError('the relay is gone'));
      const { id } = await createNextAction(app.api);
      let executionId: unknown;
      const lines = await linesOf('failed', async () => {
        const press = app.api.press(id, 'leak').set('X-Request-Id', 'failed');
        executionId = (await press.expect(500)).body.executionId;
      });
      expect(lines).toEqual([
        expect.objectContaining({
          level: 'error',
          msg: 'request failed',
          status: 500,
          code: 'ACTION_FAILED',
          executionId,
          userId: expect.any(String),
          err: {
            type: 'TypeError',
            message: 'the relay is gone',
            stack: expect.stringContaining('logs.e2e-spec'),
          },
        }),
      ]);
    });

    it('a failure that could not be recorded, with the error that prevented it', async () => {
      leak.run = () => Promise.reject(new Error('the relay is gone'));
      const { id } = await createNextAction(app.api);
      await app.rows(
        `ALTER TABLE next_action_executions ADD CONSTRAINT no_failure CHECK (status <> 'failed') NOT VALID`,
      );
      const before = app.logs().length;
      try {
        const lines = await linesOf('unrecorded', () =>
          app.api.press(id, 'leak').set('X-Request-Id', 'unrecorded').expect(500),
        );
        expect(lines).toMatchObject([
          {
            level: 'error',
            code: 'INTERNAL_ERROR',
            err: { message: expect.stringContaining('no_failure') },
          },
        ]);
      } finally {
        await app.rows('ALTER TABLE next_action_executions DROP CONSTRAINT no_failure');
      }
      expect(app.logs().slice(before)).toContainEqual(
        expect.objectContaining({
          level: 'error',
          msg: 'a failed press could not be recorded',
          executionId: expect.any(String),
          err: expect.objectContaining({ message: 'the relay is gone' }),
        }),
      );
    });

    it('a request whose client disconnected: aborted, without a status; and its later failure', async () => {
      let fail = (): void => undefined;
      const began = new Promise<void>((begin) => {
        leak.run = () => {
          begin();
          return new Promise((_, reject) => (fail = () => reject(new Error('the relay is gone'))));
        };
      });
      const { id } = await createNextAction(app.api);
      const lines = await linesOf('aborted', async () => {
        const call = httpRequest(`${app.url}/api/next-actions/${id}/execute`, {
          method: 'POST',
          headers: {
            Authorization: `Bearer ${app.api.token}`,
            'Content-Type': 'application/json',
            'X-Request-Id': 'aborted',
          },
        });
        call.on('error', () => undefined);
        call.end('{"actionKey":"leak"}');
        await began;
        call.destroy();
      });
      expect(lines).toEqual([
        expect.objectContaining({ level: 'info', msg: 'request aborted', aborted: true }),
      ]);
      expect(lines[0]).not.toHaveProperty('status');

      fail();
      const late = () => app.logs().filter(({ msg }) => msg === LATE_FAILURE);
      await eventually('the failure is logged', () => late().length > 0);
      expect(late()).toMatchObject([
        { level: 'error', requestId: 'aborted', code: 'ACTION_FAILED', err: { type: 'Error' } },
      ]);
    });

    it('which attempt of a job failed, with its code and stack', async () => {
      probe.work = () => Promise.reject(new Error('the relay is gone'));
      const before = app.logs().length;
      const jobId = await enqueue(app, {});
      await untilJob(app, jobId, 'dead_lettered');
      const about = app
        .logs()
        .slice(before)
        .filter((line) => line.level !== 'debug' && [line.jobId, line.sourceId].includes(jobId));
      const failed = (attempt: number) =>
        expect.objectContaining({
          level: 'warn',
          msg: 'job failed',
          attempt,
          code: 'JOB_FAILED',
          err: expect.objectContaining({ stack: expect.stringContaining('logs.e2e-spec') }),
        });
      expect(about).toEqual([
        failed(1),
        failed(2),
        expect.objectContaining({ level: 'error', msg: 'job.dead_lettered' }),
      ]);
    });
  });

  describe('hold no secret', () => {
    /** Everything that operators can read: logs, events, executions, NBAs and attempts of jobs. */
    const onRecord = async (): Promise<string> => {
      const [tables] = await app.rows<{ rows: unknown }>(
        `SELECT json_build_array((SELECT json_agg(e) FROM ops_events e),
          (SELECT json_agg(e) FROM next_action_executions e), (SELECT json_agg(n) FROM next_best_actions n),
          (SELECT json_agg(a) FROM job_attempts a)) AS rows`,
      );
      return JSON.stringify([app.logs(), tables]);
    };

    it('of an action that throws, returns or refuses with one', async () => {
      const { id } = await createNextAction(app.api);
      for (const secret of SECRETS) {
        const error = new Error(`relay: ${secret}`, { cause: new Error(secret) });
        leak.run = () => Promise.reject(error);
        const failed = await app.api.press(id, 'leak').expect(500);
        const kept = secret === ADDRESS ? 'nobody' : secret;
        leak.run = () => Promise.resolve({ meta: { note: kept, list: [{ [secret]: kept }] } });
        const succeeded = await app.api.press(id, 'leak').expect(200);
        leak.run = () => Promise.reject(new ConflictError('REFUSED', `The relay said ${secret}`));
        const refused = await app.api.press(id, 'leak').expect(409);
        expect([failed, succeeded, refused].map(({ text }) => text).join()).not.toContain(MARK);
      }
      const executions = await app.api.get(`/api/next-actions/${id}/executions`).expect(200);
      expect(executions.body.items.length).toBeGreaterThanOrEqual(25);
      expect(executions.text).not.toContain(MARK);
      expect(await onRecord()).not.toContain(MARK);
    });

    it('of a job', async () => {
      probe.work = ({ payload }) => Promise.reject(new Error(`relay: ${payload.word}`));
      const payloads = SECRETS.map((word) => ({ word, apiToken: `${MARK}14` }));
      const ids = await Promise.all(payloads.map((payload) => enqueue(app, { payload })));
      for (const id of ids) await untilJob(app, id, 'dead_lettered');
      const { text } = await app.api.get('/api/jobs', { type: 'test.probe' }).expect(200);
      expect(text).toContain('relay: ');
      expect(text).not.toContain(MARK);
      expect(await onRecord()).not.toContain(MARK);
    });

    it('that the database quotes, while its code and the names in its message stay', async () => {
      await app.rows(
        `CREATE TABLE quoted (word text CONSTRAINT pk_quoted PRIMARY KEY, n int CHECK (n > 0))`,
      );
      const statements: [string, unknown[], string, RegExp][] = [
        ['SELECT $1::text::int', [`${MARK}20`], '22P02', /invalid input syntax for type integer/],
        ['SELECT $1::text::uuid', [`${MARK}21" x`], '22P02', /invalid input syntax for type uuid/],
        ['SELECT $1::text::timestamptz', [`${MARK}22`], '22007', /timestamp with time zone/],
        ['SELECT $1::text::int4', ['99999999999'], '22003', /is out of range for type integer/],
        ['SELECT $1::text::json', [`{"a":${MARK}23`], '22P02', /type json/],
        [`INSERT INTO quoted VALUES ($1, 1), ($1, 2)`, [`${MARK}24`], '23505', /"pk_quoted"/],
        [`INSERT INTO quoted VALUES ($1, 0)`, [`${MARK}25`], '23514', /"quoted_n_check"/],
        ['SELECT set_config($1, $2, true)', ['DateStyle', `${MARK}26`], '22023', /"DateStyle"/],
      ];
      const { id } = await createNextAction(app.api);
      for (const [index, [text, values, state, frame]] of statements.entries()) {
        leak.run = async ({ tx }) => {
          await tx.query({ name: `quote_${index}`, text }, values);
          return {};
        };
        const [line] = await linesOf(`quoted-${index}`, () =>
          app.api.press(id, 'leak').set('X-Request-Id', `quoted-${index}`).expect(500),
        );
        expect(line?.err).toMatchObject({ code: state, message: expect.stringMatching(frame) });
      }
      const text = await onRecord();
      expect(text).not.toContain(MARK);
      expect(text).not.toContain('99999999999');
    });

    it('of a path, a query, a header or a body, for any answer', async () => {
      const before = app.logs().length;
      const paths = [...SECRETS, `${MARK}27.doe@example.com`].map(encodeURIComponent);
      for (const path of paths) {
        // A name that an item may have, but that must not be in the logs.
        await app.api.put(`/api/work-items/reminder/${path}`, { title: 'x', state: 'open' });
        await app.api.delete(`/api/work-items/reminder/${path}`);
        await app.api.get(`/api/nowhere/${path}`, { token: `${MARK}28` }).expect(404);
        await app.api.get('/api/next-actions', { search: path, [path]: path }).expect(400);
        await app.api
          .post('/api/next-actions', { title: { password: path }, [path]: path })
          .set({ 'X-Api-Key': `${MARK}29`, Cookie: `sid=${MARK}30`, 'X-Note': path })
          .expect(400);
      }
      await app.anonymous
        .get('/api/auth/me')
        .set({ Authorization: `Bearer ${MARK}31`, 'X-Request-Id': `ghp_${MARK}32aB3dE5gH7jK9m` })
        .expect(401);
      await app.anonymous
        .post('/api/auth/login', { email: `${MARK}33@example.com`, password: `${MARK}34` })
        .expect(401);
      const text = JSON.stringify(app.logs().slice(before));
      expect(text).not.toContain(MARK);
      expect(text).not.toMatch(/%40|%3D/);
      expect(text).toContain('/api/work-items/reminder/[e-mail]');
    });

    it('of a request in the answer that refuses it, which still names the field', async () => {
      for (const secret of SECRETS) {
        const path = encodeURIComponent(secret);
        const refused = await Promise.all([
          app.api.get(`/api/nowhere/${path}`),
          app.api.get(`/api/nowhere/${'x'.repeat(460)}/${path}`),
          app.api.get(`/api/next-actions/${path}`),
          app.api.delete(`/api/work-items/reminder/${path}`),
          app.api.get('/api/next-actions', { [secret]: '1' }),
          app.api.post('/api/next-actions', { title: 7, [secret]: 1 }),
          app.api.post('/api/next-actions', { title: 'x', payload: { [secret]: { toString: 1 } } }),
        ]);
        for (const { status } of refused) expect([400, 404]).toContain(status);
        expect(refused.map(({ text }) => text).join()).not.toContain(MARK);
        expect(refused[5].body.errors).toContainEqual(expect.objectContaining({ field: 'title' }));
      }
    });

    it('although they show the route of a request and what its path says', async () => {
      const lines = await linesOf('spelled', () =>
        app.api
          .delete(`/api/work-items/reminder/${encodeURIComponent('Müller & Söhne/1')}`)
          .set('X-Request-Id', 'spelled')
          .expect(404),
      );
      expect(lines).toMatchObject([
        {
          route: '/api/work-items/:kind/:externalId',
          params: { kind: 'reminder', externalId: 'Müller & Söhne/1' },
          path: '/api/work-items/reminder/M%C3%BCller%20%26%20S%C3%B6hne%2F1',
        },
      ]);
    });

    it('of an unknown route, and no more than 500 characters of it', async () => {
      const path = `/api/${'x'.repeat(480)}/jane.doe%40example.com/${'y'.repeat(600)}`;
      const [line] = await linesOf('long', () =>
        app.api.get(path).set('X-Request-Id', 'long').expect(404),
      );
      expect(line).not.toHaveProperty('route');
      expect(line).toMatchObject({ code: 'ROUTE_NOT_FOUND', path: expect.stringMatching(/…$/) });
      expect(String(line?.path)).toHaveLength(500);
      expect(String(line?.path)).not.toContain('jane');
    });
  });
});
