import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { Client } from 'pg';
import { monthOf } from '../src/database/retention/months.js';
import { compiled } from './support/compiled.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { splitPastMonths } from './support/history.js';

jest.setTimeout(60_000);

/** Runs it as `npm run retention --` does. */
async function retention(
  settings: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [compiled('src/retention-cli.ts'), ...args], {
    env: { PATH: process.env.PATH, ...settings },
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, err };
}

describe('npm run retention', () => {
  let database: TestDatabase;
  let client: Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });
  const settings = () => ({ DATABASE_URL: database.url, RETAIN_EVENTS_DAYS: '20' });

  it('shows with --dry-run what would go, then deletes it, in a line for each table', async () => {
    await splitPastMonths(async (sql) => (await client.query(sql)).rows, 2);
    await client.query(
      `INSERT INTO idempotency_keys (actor_id, key, request_hash, execution_id, status, created_at)
       SELECT '01a2221b-1ead-7057-a5b9-17d78717da49', n::text, 'hash',
         '01a2221b-1ead-7057-a5b9-17d78717da49', 'success', now() - interval '31 days'
       FROM generate_series(1, 3) n`,
    );
    const gone = `ops_events_${monthOf(new Date(), -2).name}, ops_events_oldest`;
    const lines = (verb: string, dropped: string) => [
      `next_action_executions: 0 partitions ${verb}dropped (kept for ever (RETAIN_EXECUTIONS_DAYS=0))`,
      expect.stringMatching(
        `^ops_events: \\d partitions ${verb}dropped \\(months after 20 days\\)`,
      ),
      `idempotency_keys: ${dropped} rows ${verb}deleted (keys after 30 days)`,
    ];
    const preview = await retention(settings(), ['--dry-run']);
    expect(preview).toMatchObject({ code: 0, err: '' });
    expect(preview.out.split('\n')).toEqual(expect.arrayContaining(lines('would be ', '3')));
    for (const name of gone.split(', ')) expect(preview.out).toContain(name);
    expect((await client.query('SELECT 1 FROM idempotency_keys')).rowCount).toBe(3);

    const done = await retention(settings());
    expect(done).toMatchObject({ code: 0, err: '' });
    expect(done.out.split('\n')).toEqual(expect.arrayContaining(lines('', '3')));
    const left = `SELECT to_regclass('ops_events_oldest') AS oldest,
      (SELECT count(*)::int FROM idempotency_keys) AS keys`;
    expect((await client.query(left)).rows).toEqual([{ oldest: null, keys: 0 }]);
    expect((await retention(settings())).out).toContain('idempotency_keys: 0 rows deleted');
  });

  it('says in a sentence what is wrong', async () => {
    const setting = await retention({ ...settings(), RETAIN_EXECUTIONS_DAYS: '30' });
    expect(setting).toEqual({
      code: 1,
      out: '',
      err: 'RETAIN_EXECUTIONS_DAYS must be 0 (for ever) or a whole number from 31 to 36500.\n',
    });
    const away = await retention({ DATABASE_URL: 'postgres://nobody:sesame@127.0.0.1:1/none' });
    expect(away.code).toBe(1);
    expect(away.err).toMatch(/^PostgreSQL at 127\.0\.0\.1:1 can't be used [^\n]*DATABASE_URL\.\n$/);
    const wrong = await retention(settings(), ['--dryrun']);
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('Usage: npm run retention');
  });
});
