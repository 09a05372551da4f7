import { JwtService } from '@nestjs/jwt';
import fc from 'fast-check';
import { uuidv7 } from 'uuidv7';
import { SYSTEM_ACTOR } from '../src/kernel/actor.js';
import { CredentialsService } from '../src/users/model/credentials.service.js';
import { LiveFeed } from '../src/ops-events/stream/live-feed.service.js';
import { PrincipalsService } from '../src/users/model/principals.service.js';
import { TransactionRunner } from '../src/database/transactions/transaction-runner.js';
import { UsersService } from '../src/users/api/users.service.js';
import { createTestApp, OPERATOR, type TestApp } from './support/app.js';
import { eventually } from './support/eventually.js';
import { EventStream, OpenStreams, type StreamOptions } from './support/event-stream.js';
import { FeedClient, publish } from './support/feed.js';
import { ApiClient } from './support/requests.js';
import { cookieOf } from './support/sessions.js';
import { addUser, signIn } from './support/users.js';

const NBA = '018f0000-0000-7000-8000-00000000000b';
const SOMEBODY = '018f0000-0000-7000-8000-00000000000a';

/** The columns of an event that a filter looks at. */
interface Columns {
  readonly event_key: string;
  readonly level: string;
  readonly actor_id: string | null;
  readonly source_type: string | null;
  readonly source_id: string | null;
  readonly entity_type: string | null;
  readonly entity_id: string | null;
  readonly meta: object;
}

const PLAIN: Columns = {
  event_key: 'nba.upsert',
  level: 'info',
  actor_id: null,
  source_type: null,
  source_id: null,
  entity_type: null,
  entity_id: null,
  meta: {},
};

const anyEvent: fc.Arbitrary<Columns> = fc
  .record({
    event_key: fc.constantFrom('nba.upsert', 'risk.upsert'),
    level: fc.constantFrom('info', 'warn'),
    actor_id: fc.constantFrom(null, SOMEBODY),
    source: fc.constantFrom(
      [null, null],
      ['next_action', NBA],
      ['next_action', SOMEBODY],
      ['job', NBA],
    ),
    scope: fc.constantFrom(
      [null, null],
      ['account', 'acme'],
      ['account', 'other'],
      ['desk', 'acme'],
    ),
    meta: fc.constantFrom({}, { nextActionId: NBA }, { nextActionId: 7 }),
  })
  .map(({ source, scope, ...rest }) => ({
    ...rest,
    source_type: source[0]!,
    source_id: source[1]!,
    entity_type: scope[0]!,
    entity_id: scope[1]!,
  }));

const anyQuery: fc.Arbitrary<Record<string, string>> = fc.record(
  {
    eventKey: fc.constant('nba.upsert'),
    level: fc.constant('warn'),
    actorId: fc.constantFrom(SOMEBODY, SOMEBODY.toUpperCase()),
    nextActionId: fc.constantFrom(NBA, NBA.toUpperCase()),
    scope: fc.constantFrom('*', 'account/*', 'account/acme'),
  },
  { requiredKeys: [] },
);

describe('who sees what in the live feed', () => {
  let app: TestApp;
  let runner: TransactionRunner;
  const streams = new OpenStreams();
  beforeAll(async () => {
    app = await createTestApp({
      env: { FEED_POLL_MS: '50', WORKER: 'false', STREAMS_PER_CALLER: '20' },
    });
    runner = app.get(TransactionRunner);
  });
  afterEach(async () => {
    streams.closeAll();
    await eventually('the streams are freed', () => app.get(LiveFeed).size === 0);
  });
  afterAll(() => app.close());

  const open = (api: ApiClient, options: StreamOptions = {}): Promise<EventStream> =>
    streams.open(api, options);

  let stored = 0;
  /** Stores an event and returns its note. */
  const store = async (columns: Partial<Columns>): Promise<string> => {
    const row = { ...PLAIN, ...columns };
    const note = `stored ${(stored += 1)}`;
    const names = Object.keys(row);
    await app.rows(
      `INSERT INTO ops_events (id, request_id, created_at, ${names.join(', ')})
       VALUES ($1, $2, now(), ${names.map((_, index) => `$${index + 3}`).join(', ')})`,
      [uuidv7(), note, ...Object.values(row)],
    );
    return note;
  };
  const acme = { entity_type: 'account', entity_id: 'acme' };
  const other = { entity_type: 'account', entity_id: 'other' };

  it('is what the list in commit order shows, live and replayed, for any filter and grants', async () => {
    const callers = [
      app.api,
      (await addUser(app, { role: 'operator', scopes: ['*'] })).api,
      (await addUser(app, { role: 'viewer', scopes: ['account/acme', 'desk/*'] })).api,
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyEvent, { minLength: 5, maxLength: 15, size: 'max' }),
        anyQuery,
        fc.constantFrom(...callers),
        async (events, query, caller) => {
          const live = await open(caller, { query });
          for (const event of events) await store(event);
          const all = await open(app.api, { lastEventId: live.events[0]!.id });
          await all.until('all events', () => all.domainEvents.length >= events.length);
          const list = new FeedClient(caller, query, live.events[0]!.id);
          const listed = await list.drain();
          const replayed = await open(caller, { query, lastEventId: live.events[0]!.id });
          for (const stream of [live, replayed]) {
            await stream.until('as many as listed', () => stream.notes.length >= listed.length);
            // What came too much would have come with it: batches are in order.
            expect(stream.notes).toEqual(listed);
          }
          streams.closeAll();
        },
      ),
      { numRuns: 25 },
    );
  });

  it('is nothing of a scope that is not granted', async () => {
    const { api } = await addUser(app, { scopes: ['account/acme'] });
    const stream = await open(api);
    await store(other);
    await store({});
    const note = await store(acme);
    await stream.untilNote(note);
    expect(stream.notes).toEqual([note]);
    const refused = await EventStream.refused(api, { query: { scope: 'account/other' } });
    expect({ status: refused.status, code: refused.body.code }).toEqual({
      status: 404,
      code: 'SCOPE_NOT_FOUND',
    });
  });

  it('widens and narrows with the grants of its caller', async () => {
    const { user, api } = await addUser(app, { scopes: ['account/acme'] });
    const stream = await open(api);
    const change = async (...scopes: string[]) => {
      await app.get(UsersService).change(user.id, { scopes }, SYSTEM_ACTOR);
      await app.get(LiveFeed).recheck();
    };
    await store(other);
    const first = await store(acme);
    await stream.untilNote(first);
    await change('account/*');
    const second = await store(other);
    await stream.untilNote(second);
    await change('account/other');
    await store(acme);
    const third = await store(other);
    await stream.untilNote(third);
    expect(stream.notes).toEqual([first, second, third]);
  });

  it('ends where nothing is left of the scope that it names', async () => {
    const { user, api } = await addUser(app, { scopes: ['account/acme', 'account/other'] });
    const stream = await open(api, { query: { scope: 'account/acme' } });
    await app.get(UsersService).change(user.id, { scopes: ['account/other'] }, SYSTEM_ACTOR);
    await stream.over();
    expect(stream.ended).toBe(true);
    expect(app.logs()).toContainEqual(expect.objectContaining({ streamEnd: 'access_ended' }));
  });

  describe('ends by itself', () => {
    /** Whether a stream ends, and another one does not. */
    const endsAlone = async (stream: EventStream, change: () => Promise<unknown>) => {
      const bystander = await open(app.api);
      expect(stream.closed).toBe(false);
      await change();
      await stream.over();
      expect(stream.ended).toBe(true);
      const note = await store({});
      await bystander.untilNote(note);
    };

    it('when its user is disabled', async () => {
      const { user, api } = await addUser(app);
      await endsAlone(await open(api), () =>
        app.get(UsersService).change(user.id, { disabled: true }, SYSTEM_ACTOR),
      );
      expect((await EventStream.refused(api)).status).toBe(401);
    });

    it('when its session ends, and not with another session of the user', async () => {
      const { user } = await addUser(app);
      const [one, two] = [await signIn(app, user.email), await signIn(app, user.email)];
      const kept = await open(two);
      await endsAlone(await open(one), () => one.delete('/api/auth/session').expect(204));
      const note = await store(acme);
      await kept.untilNote(note);
    });

    it('when the session of its cookie ends', async () => {
      const cookie = await cookieOf(app);
      const stream = await open(app.anonymous, { headers: { Cookie: cookie } });
      await endsAlone(stream, () =>
        app.anonymous
          .delete('/api/auth/session')
          .set({ Cookie: cookie, Origin: app.url })
          .expect(204),
      );
    });

    it('when its session has expired', async () => {
      const cookie = await cookieOf(app);
      const stream = await open(app.anonymous, { headers: { Cookie: cookie } });
      await endsAlone(stream, () =>
        app.rows(`UPDATE sessions SET expires_at = now() WHERE token_hash IS NOT NULL`),
      );
    });

    it('when its service token is revoked', async () => {
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
      const { body } = await app.api
        .post('/api/service-tokens', { name: 'M', role: 'viewer', scopes: ['*'], expiresAt })
        .expect(201);
      const { id, token } = body as { id: string; token: string };
      await endsAlone(await open(new ApiClient(app.url, token)), () =>
        app.api.delete(`/api/service-tokens/${id}`).expect(204),
      );
    });

    it('when its bearer token has expired', async () => {
      const operator = await app.get(CredentialsService).findByEmail(OPERATOR.email);
      const token = app.get(JwtService).sign({ sub: operator!.id }, { expiresIn: 2 });
      const stream = await open(new ApiClient(app.url, token));
      await endsAlone(stream, () => Promise.resolve());
    });

    it('when the password of its user changed, for a token without a session', async () => {
      const { user } = await addUser(app);
      const issued = Math.floor(Date.now() / 1000) - 60;
      const token = app.get(JwtService).sign({ sub: user.id, iat: issued });
      const stream = await open(new ApiClient(app.url, token));
      await endsAlone(stream, () =>
        app.rows('UPDATE users SET password_changed_at = now() WHERE id = $1', [user.id]),
      );
    });
  });

  it('checks the callers of all streams in one statement', async () => {
    const api = [];
    for (let index = 0; index < 5; index++) api.push((await addUser(app)).api);
    for (const one of [...api, ...api, app.api]) await open(one);
    const checks = jest.spyOn(app.get(PrincipalsService), 'recheck');
    const reads = jest.spyOn(runner, 'read');
    await app.get(LiveFeed).recheck();
    expect(checks.mock.calls.at(-1)![0]).toHaveLength(6);
    const names = reads.mock.calls.flatMap(([queries]) =>
      queries.map(({ statement }) => statement.name),
    );
    expect(names.filter((name) => name === 'recheck_principals')).toHaveLength(
      checks.mock.calls.length,
    );
    checks.mockRestore();
    reads.mockRestore();
  });

  it('takes 20 streams of a caller, and refuses the next one until one is closed', async () => {
    const { api } = await addUser(app);
    const own = [];
    for (let index = 0; index < 20; index++) own.push(await open(api));
    const { status, body, headers } = await EventStream.refused(api);
    expect({ status, code: body.code }).toEqual({ status: 429, code: 'TOO_MANY_STREAMS' });
    expect(headers['retry-after']).toMatch(/^\d+$/);
    await open(app.api);
    own[0]!.close();
    await eventually('it is freed', () => app.get(LiveFeed).size === 20);
    await open(api);
  });

  it('counts the opening of a stream as a request', async () => {
    const limited = await createTestApp({
      env: { READ_LIMIT_PER_MINUTE: '2' },
      database: app.database,
    });
    try {
      for (let index = 0; index < 2; index++) (await EventStream.open(limited.api)).close();
      const { status, body } = await EventStream.refused(limited.api);
      expect({ status, code: body.code }).toEqual({ status: 429, code: 'RATE_LIMITED' });
    } finally {
      await limited.close();
    }
  });

  it('is a 401 without a token, before the stream begins', async () => {
    expect((await EventStream.refused(app.anonymous)).status).toBe(401);
    await publish(runner, 'nobody sees it');
  });
});
