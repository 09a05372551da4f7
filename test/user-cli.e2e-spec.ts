import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  CommandError,
  parseUserCommand,
  runUserCommand,
} from '../src/users/commands/user-commands.js';
import { UsersService } from '../src/users/api/users.service.js';
import { CredentialsService } from '../src/users/model/credentials.service.js';
import { SYSTEM_ACTOR } from '../src/kernel/actor.js';
import { removeClusterAndDataDir } from '../src/database/embedded/cluster.location.js';
import { startEmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { addUser } from './support/users.js';
import { compiled } from './support/compiled.js';
import { createTestDatabase } from './support/database.js';
import { eventually } from './support/eventually.js';
import { ApiClient } from './support/requests.js';
import { createTestApp, OPERATOR, type TestApp } from './support/app.js';

jest.setTimeout(60_000);

const FIRST = 'nearly fifteen horses graze';
const SECOND = 'slowly sixteen goats follow';

describe('a command about users', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  const run = (args: readonly string[], password = '', role?: string) =>
    runUserCommand(
      parseUserCommand(args, { role }),
      { users: app.get(UsersService), credentials: app.get(CredentialsService) },
      () => Promise.resolve(password),
    );
  const signIn = (email: string, password: string) =>
    app.anonymous.post('/api/auth/login', { email, password });

  it('adds a user who can sign in at once, changes the password, and lists them', async () => {
    expect(await run(['add', 'New@Example.com'], FIRST)).toBe(
      'Added new@example.com as operator of *.',
    );
    await signIn('new@example.com', FIRST).expect(200);
    const said = await run(['password', 'new@example.com'], SECOND);
    expect(said).not.toContain(SECOND);
    await signIn('new@example.com', FIRST).expect(401);
    await signIn('new@example.com', SECOND).expect(200);
    const list = await run(['list']);
    expect(list).toMatch(/^new@example\.com +operator +active +\* +\d{4}-/m);
    expect(list).toMatch(/^operator@example\.com +admin +active/m);
  });

  it('adds a user with a role and scopes, who sees no more', async () => {
    const args = ['add', 'scoped@example.com'];
    const options = { role: 'viewer', scope: ['account/acme', 'desk/*'] };
    const added = await runUserCommand(
      parseUserCommand(args, options),
      { users: app.get(UsersService), credentials: app.get(CredentialsService) },
      () => Promise.resolve(FIRST),
    );
    expect(added).toBe('Added scoped@example.com as viewer of account/acme, desk/*.');
    expect(await run(['list'])).toMatch(
      /^scoped@example\.com +viewer +active +account\/acme,desk\/\* /m,
    );
    const { body } = await signIn('scoped@example.com', FIRST).expect(200);
    const me = await new ApiClient(app.url, body.accessToken).get('/api/auth/me').expect(200);
    expect(me.body).toMatchObject({ role: 'viewer', scopes: ['account/acme', 'desk/*'] });
  });

  it('leaves the last administrator of all scopes', async () => {
    await expect(run(['disable', OPERATOR.email])).rejects.toThrow(
      'This is the last enabled administrator of all scopes',
    );
    await app.api.get('/api/auth/me').expect(200);
  });

  it('adds one user where the same e-mail is added several times at once', async () => {
    const users = app.get(UsersService);
    const user = { password: FIRST, role: 'operator' as const, scopes: ['*'] };
    const added = await Promise.allSettled(
      ['Twice@example.com', 'twice@example.com', 'twice@example.com '].map((email) =>
        users.create({ email, ...user }, SYSTEM_ACTOR),
      ),
    );
    expect(added.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await app.rows(`SELECT email, role FROM users WHERE email LIKE '%twice%'`)).toEqual([
      { email: 'twice@example.com', role: 'operator' },
    ]);
  });

  it('notes when a user was changed, and when a user was first disabled', async () => {
    const row = async () => {
      const [user] = await app.rows<{
        created_at: Date;
        updated_at: Date;
        disabled_at: Date | null;
      }>(`SELECT created_at, updated_at, disabled_at FROM users WHERE email = 'dates@example.com'`);
      return user!;
    };
    await run(['add', 'dates@example.com'], FIRST);
    const { created_at: created, ...added } = await row();
    expect(added).toEqual({ updated_at: created, disabled_at: null });
    await run(['password', 'dates@example.com'], SECOND);
    expect((await row()).updated_at.getTime()).toBeGreaterThan(created.getTime());
    await run(['disable', 'dates@example.com']);
    const first = await row();
    await run(['disable', 'dates@example.com']);
    expect(await row()).toEqual(first);
    await run(['enable', 'dates@example.com']);
    expect(await row()).toMatchObject({ disabled_at: null });
  });

  it('shuts a user out, tokens included, and lets them in again', async () => {
    await run(['add', 'second-admin@example.com'], FIRST, 'admin');
    await run(['disable', OPERATOR.email]);
    expect(await run(['list'])).toMatch(/^operator@example\.com +admin +disabled/m);
    await signIn(OPERATOR.email, OPERATOR.password).expect(401);
    await app.api.get('/api/auth/me').expect(401);
    await run(['enable', OPERATOR.email]);
    await signIn(OPERATOR.email, OPERATOR.password).expect(200);
  });

  it.each([
    ['a common password', ['add', 'a@example.com'], 'password1234', 'is too easy to guess'],
    ['a short password', ['password', OPERATOR.email], 'sesame', 'must be at least 12'],
    ['an e-mail that is taken', ['add', OPERATOR.email], FIRST, 'There is a user with the e-mail'],
    ['an e-mail of nobody', ['disable', 'no@example.com'], '', 'There is no user with the e-mail'],
  ])('refuses %s', async (_, args, password, message) => {
    const error = await run(args, password).catch((thrown: unknown) => thrown as Error);
    expect(error).toBeInstanceOf(CommandError);
    expect(error).toHaveProperty('message', expect.stringContaining(message));
    await signIn(OPERATOR.email, OPERATOR.password).expect(200);
  });
});

/** Runs it as `npm run user --` does, with what is typed on standard input. */
async function user(
  settings: Readonly<Record<string, string>>,
  args: readonly string[],
  typed = '',
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [compiled('src/user-cli.ts'), ...args], {
    env: { PATH: process.env.PATH, ...settings },
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(typed);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, err };
}

describe('npm run user', () => {
  it('uses the running embedded database, and reads the password from standard input', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'nba-test-'));
    const server = await startEmbeddedPostgres({ dataDir, durable: false });
    try {
      expect(await user({ DATA_DIR: dataDir }, ['add', 'a@example.com'], `${FIRST}\n`)).toEqual({
        code: 0,
        out: 'Added a@example.com as operator of *.\n',
        err: '',
      });
    } finally {
      await server.stop();
      await removeClusterAndDataDir(dataDir);
    }
  });

  it('shuts a user out of a running server within AUTH_CACHE_MS', async () => {
    const app = await createTestApp({ env: { AUTH_CACHE_MS: '200' } });
    try {
      const settings = { DATABASE_URL: app.database.url };
      await addUser(app, { role: 'admin' });
      // From here on, the token is cached.
      await app.api.get('/api/auth/me').expect(200);
      expect(await user(settings, ['disable', OPERATOR.email])).toMatchObject({ code: 0, err: '' });
      await eventually('the token is refused', async () => {
        const { status } = await app.api.get('/api/auth/me');
        return status === 401;
      });
      const { out } = await user(settings, ['list']);
      expect(out).toMatch(/^operator@example\.com +admin +disabled/m);
    } finally {
      await app.close();
    }
  });

  it('asks for a password where there is none, in one sentence', async () => {
    const database = await createTestDatabase();
    try {
      const settings = { DATABASE_URL: database.url };
      expect(await user(settings, ['add', 'a@example.com'])).toEqual({
        code: 1,
        out: '',
        err: 'There is no password: write it as the first line of standard input.\n',
      });
    } finally {
      await database.drop();
    }
  });

  it('says in a sentence that the database is away, and fails', async () => {
    const settings = { DATABASE_URL: 'postgres://nobody:sesame@127.0.0.1:1/none' };
    const { code, err } = await user(settings, ['list']);
    expect(code).toBe(1);
    expect(err).toMatch(/^PostgreSQL at 127\.0\.0\.1:1 can't be used [^\n]*DATABASE_URL\.\n$/);
    expect(err).not.toContain('sesame');
  });

  it('never takes a password from the command line', async () => {
    const { code, out, err } = await user({}, ['add', 'a@example.com', 'sesame']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^add takes nothing after the e-mail address: .*\n\nUsage: /);
    expect(err).not.toContain('sesame');
  });

  it.each([['--sesame'], ['--password=sesame'], ['-sesame']])(
    'does not repeat an option that may be a password: %s',
    async (option) => {
      const { code, out, err } = await user({}, ['add', 'a@example.com', option]);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(/^The options are --role, --scope and --help\.\n\nUsage: /);
      expect(err).not.toContain('sesame');
    },
  );
});
