import { createTestApp, type TestApp } from './support/app.js';
import { eventually } from './support/eventually.js';
import { cookieOf, meWith } from './support/sessions.js';
import { addUser, PASSWORD } from './support/users.js';
import { waitingForLocks } from './support/waiting.js';

jest.setTimeout(120_000);

const OTHER_PASSWORD = 'slowly sixteen goats follow';

describe('shutting a user out', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  it.each([
    ['disabling', { disabled: true }],
    ['a new password by an administrator', { password: OTHER_PASSWORD }],
  ])('%s ends every session, by token and by cookie', async (_, patch) => {
    const { user, api } = await addUser(app);
    const cookie = await cookieOf(app, { email: user.email, password: PASSWORD });
    await meWith(app, cookie).expect(200);
    await app.api.patch(`/api/users/${user.id}`, patch).expect(200);
    await api.get('/api/auth/me').expect(401);
    await meWith(app, cookie).expect(401);
    expect(await app.rows('SELECT FROM sessions WHERE user_id = $1', [user.id])).toEqual([]);
    // And they do not come back.
    await app.api.patch(`/api/users/${user.id}`, { disabled: false }).expect(200);
    await api.get('/api/auth/me').expect(401);
    await meWith(app, cookie).expect(401);
  });

  it('refuses a sign-in that was verified before, and completed after', async () => {
    for (const change of ['disabled_at = now()', `password_hash = password_hash || 'x'`]) {
      const { user } = await addUser(app);
      const before = await app.rows('SELECT FROM sessions WHERE user_id = $1', [user.id]);
      const { answer } = await app.committing(
        `UPDATE users SET ${change} WHERE id = $1`,
        [user.id],
        async () => {
          const answer = app.anonymous
            .post('/api/auth/login', { email: user.email, password: PASSWORD })
            .then(({ status }) => status);
          await eventually('the sign-in waits', async () => (await waitingForLocks(app)) === 1);
          return { answer };
        },
      );
      expect(await answer).toBe(401);
      expect(await app.rows('SELECT FROM sessions WHERE user_id = $1', [user.id])).toEqual(before);
    }
  });

  it('lets no own change of the password undo one that came between', async () => {
    const { user, api } = await addUser(app);
    const { answer } = await app.committing(
      `UPDATE users SET password_hash = password_hash || 'x' WHERE id = $1`,
      [user.id],
      async () => {
        const answer = api
          .post('/api/auth/password', { current: PASSWORD, next: OTHER_PASSWORD })
          .then(({ status }) => status);
        await eventually('the change waits', async () => (await waitingForLocks(app)) === 1);
        return { answer };
      },
    );
    expect(await answer).toBe(403);
  });
});
