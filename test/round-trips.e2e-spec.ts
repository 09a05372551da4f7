import { Socket } from 'node:net';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { ApiClient } from './support/requests.js';
import { cookieOf } from './support/sessions.js';
import { addUser, PASSWORD } from './support/users.js';

jest.setTimeout(120_000);

/** Several of each form, so that no shortcut for one scope applies. */
const SCOPES = ['account/*', 'command_center/command_center', 'desk/north', 'desk/south'];

/** By the limit a minute: the rate limit, unless that is far away; lock and look; record and commit. */
const ROUND_TRIPS = [
  ['near', '60', 3],
  ['far', '100000', 2],
] as const;

describe.each(ROUND_TRIPS)(
  'a press, once its caller is cached, %s its limit',
  (_, limit, trips) => {
    let app: TestApp;
    let databasePort: number;
    let packets = 0;
    let written: jest.SpyInstance;
    beforeAll(async () => {
      // Before the first connection, which keeps the function that it finds.
      const write = Socket.prototype.write;
      written = jest.spyOn(Socket.prototype, 'write').mockImplementation(function (
        this: Socket,
        ...args: unknown[]
      ): boolean {
        if (this.remotePort === databasePort) packets += 1;
        return (write as (...all: unknown[]) => boolean).apply(this, args);
      });
      app = await createTestApp({
        env: { WORKER: 'false', AUTH_CACHE_MS: '60000', EXECUTE_LIMIT_PER_MINUTE: limit },
      });
      databasePort = Number(new URL(app.database.url).port);
    });
    afterAll(async () => {
      await app.close();
      written.mockRestore();
    });

    /** How many packets the database gets for a press, after one that warms connections and cache. */
    async function packetsOf(
      press: (nextActionId: string) => PromiseLike<unknown>,
    ): Promise<number> {
      const ids = [];
      for (let i = 0; i < 3; i++) ids.push((await createNextAction(app.api)).id);
      for (const id of ids.slice(1)) await press(id);
      packets = 0;
      await press(ids[0]!);
      return packets;
    }

    it(`costs ${trips} round trips, whatever the caller is granted`, async () => {
      const user = await addUser(app, { scopes: SCOPES });
      const made = await app.api
        .post('/api/service-tokens', {
          name: 'Presser',
          role: 'operator',
          scopes: SCOPES,
          expiresAt: new Date(Date.now() + 60_000).toISOString(),
        })
        .expect(201);
      const token = new ApiClient(app.url, (made.body as { token: string }).token);
      const Cookie = await cookieOf(app, { email: user.user.email, password: PASSWORD });
      const cookie = { Cookie, Origin: app.url };
      const counts = {
        allScopes: await packetsOf((id) => app.api.press(id, 'mark_done').expect(200)),
        severalScopes: await packetsOf((id) => user.api.press(id, 'mark_done').expect(200)),
        serviceToken: await packetsOf((id) => token.press(id, 'mark_done').expect(200)),
        cookie: await packetsOf((id) =>
          app.anonymous.press(id, 'mark_done').set(cookie).expect(200),
        ),
      };
      expect(counts).toEqual({
        allScopes: trips,
        severalScopes: trips,
        serviceToken: trips,
        cookie: trips,
      });
    });
  },
);
