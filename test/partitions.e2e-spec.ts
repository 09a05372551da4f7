import { randomBytes } from 'node:crypto';
import { Client, type QueryResultRow } from 'pg';
import { monthOf } from '../src/database/retention/months.js';
import { Partitions } from '../src/database/retention/partitions.js';
import { StartError } from '../src/config/start-error.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { daysAgo, idAt, PARTITIONED, partitionNames, splitPastMonths } from './support/history.js';

const [EXECUTIONS, EVENTS] = PARTITIONED;
const now = new Date();

describe('the partitions of history', () => {
  let database: TestDatabase;
  let client: Client;
  let logged: string[];
  beforeEach(async () => {
    database = await createTestDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
    logged = [];
  });
  afterEach(async () => {
    await client.end();
    await database.drop();
  });
  const log = (_: object, message: string) => void logged.push(message);
  const partitions = (url = database.url) =>
    new Partitions({ url, setting: 'DATABASE_URL' }, { info: log, warn: log });
  const query = async <Row extends QueryResultRow>(sql: string) =>
    (await client.query<Row>(sql)).rows;
  const names = (table: string) => partitionNames(query, table);
  const drop = async (before: Date | undefined): Promise<string[]> => {
    const dropped: string[] = [];
    await partitions().drop(EVENTS, before, dropped);
    return dropped;
  };
  const monthsFrom = (later: number, count: number) =>
    Array.from({ length: count }, (_, index) => monthOf(now, later + index));
  const insertEvent = (time: Date) =>
    client.query(
      `INSERT INTO ops_events (id, level, event_key, created_at)
       VALUES ('${idAt(time)}', 'info', 'nba.upsert', '${time.toISOString()}')`,
    );

  it('are made for a year by the migration, by the first ids of the months, from MINVALUE', async () => {
    for (const table of PARTITIONED) {
      const { rows } = await client.query<{ name: string; bound: string }>(
        `SELECT relname AS name, pg_get_expr(relpartbound, pg_class.oid) AS bound
         FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
         WHERE inhparent = '${table}'::regclass ORDER BY pg_get_expr(relpartbound, pg_class.oid)`,
      );
      const months = monthsFrom(1, 12);
      expect(new Map(rows.map(({ name, bound }) => [name, bound]))).toEqual(
        new Map([
          [`${table}_oldest`, `FOR VALUES FROM (MINVALUE) TO ('${months[0]!.firstId}')`],
          ...months.map(
            ({ name, firstId, endId }) =>
              [`${table}_${name}`, `FOR VALUES FROM ('${firstId}') TO ('${endId}')`] as const,
          ),
        ]),
      );
    }
  });

  it('are made ahead for the current and the next three months, also by several at once', async () => {
    const later = monthOf(now, 14).begin;
    await Promise.all([1, 2, 3].map(() => partitions().makeAhead(PARTITIONED, later)));
    for (const table of PARTITIONED) {
      const made = monthsFrom(14, 4).map(({ name }) => `${table}_${name}`);
      expect(await names(table)).toEqual(expect.arrayContaining(made));
      expect(await names(table)).toHaveLength(13 + 4);
    }
    await insertEvent(later);
    expect(logged.filter((line) => line === 'partition made')).toHaveLength(8);
  });

  it('have what a migration does to the table, those that are made later too', async () => {
    await client.query(
      `ALTER TABLE ops_events ADD COLUMN more bigint NOT NULL DEFAULT 7,
       ADD CONSTRAINT ck_more CHECK (more > 0)`,
    );
    await client.query('CREATE INDEX ix_more ON ops_events (more)');
    const later = monthOf(now, 13).begin;
    await partitions().makeAhead([EVENTS], later);
    await insertEvent(now);
    await insertEvent(later);
    const { rows } = await client.query('SELECT more FROM ops_events');
    expect(rows).toEqual([{ more: '7' }, { more: '7' }]);
    await expect(client.query('UPDATE ops_events SET more = 0')).rejects.toThrow(/ck_more/);
  });

  it('are dropped when their last moment is old enough, not before', async () => {
    await splitPastMonths(query, 3);
    const month = monthOf(now, -3);
    await insertEvent(month.begin);
    expect(await drop(new Date(month.end.getTime() - 1))).toEqual([`${EVENTS}_oldest`]);
    expect(await drop(month.end)).toEqual([`${EVENTS}_${month.name}`]);
    expect((await client.query('SELECT id FROM ops_events')).rows).toEqual([]);
    expect(await drop(undefined)).toEqual([]);
    expect(await names(EXECUTIONS)).toHaveLength(5 + 12);
  });

  it('are dropped while others read and write', async () => {
    await splitPastMonths(query, 1);
    const other = new Client({ connectionString: database.url });
    await other.connect();
    const written = (async () => {
      for (let n = 0; n < 50; n += 1) {
        await other.query(
          `INSERT INTO ops_events (id, level, event_key, created_at)
           VALUES ('${idAt(now)}', 'info', 'nba.upsert', now())`,
        );
      }
    })();
    expect(await drop(monthOf(now).begin)).toHaveLength(2);
    await written;
    await other.end();
    expect((await client.query('SELECT 1 FROM ops_events')).rowCount).toBe(50);
  });

  it('whose detach was interrupted are detached to the end, and dropped', async () => {
    await splitPastMonths(query, 2);
    const [older, newer] = [monthOf(now, -2), monthOf(now, -1)];
    await insertEvent(older.begin);
    const reader = new Client({ connectionString: database.url });
    await reader.connect();
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await reader.query('SELECT 1 FROM ops_events');
    await client.query(`SET lock_timeout = '50ms'`);
    await expect(
      client.query(`ALTER TABLE ops_events DETACH PARTITION ${EVENTS}_${older.name} CONCURRENTLY`),
    ).rejects.toThrow(/lock timeout/);
    await reader.end();

    expect(await drop(newer.end)).toEqual([`${EVENTS}_oldest`, `${EVENTS}_${newer.name}`]);
    const pending = 'SELECT 1 FROM pg_inherits WHERE inhdetachpending';
    expect((await client.query(pending)).rows).toEqual([]);
    // Somebody else detached that one: only what this application marked is dropped.
    expect((await client.query(`SELECT 1 FROM ${EVENTS}_${older.name}`)).rowCount).toBe(1);
  });

  it('that a killed run had marked are dropped by the next one, detached or not', async () => {
    await splitPastMonths(query, 2);
    const mark = 'next-best-actions: past its retention, to be dropped';
    const [detached, detaching] = [-2, -1].map((ago) => `${EVENTS}_${monthOf(now, ago).name}`);
    for (const name of [detached, detaching]) {
      await client.query(`COMMENT ON TABLE ${name} IS '${mark}'`);
    }
    await client.query(`ALTER TABLE ops_events DETACH PARTITION ${detached}`);
    const reader = new Client({ connectionString: database.url });
    await reader.connect();
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await reader.query('SELECT 1 FROM ops_events');
    await client.query(`SET lock_timeout = '50ms'`);
    const detach = `ALTER TABLE ops_events DETACH PARTITION ${detaching} CONCURRENTLY`;
    await expect(client.query(detach)).rejects.toThrow(/lock timeout/);
    await reader.end();
    expect(await drop(undefined)).toEqual([detaching, detached].sort());
  });

  it('that are marked and kept after all lose their mark', async () => {
    await client.query(
      `COMMENT ON TABLE ${EVENTS}_oldest IS 'next-best-actions: past its retention, to be dropped'`,
    );
    expect(await drop(daysAgo(400))).toEqual([]);
    await client.query(`ALTER TABLE ops_events DETACH PARTITION ${EVENTS}_oldest`);
    expect(await drop(daysAgo(400))).toEqual([]);
    expect((await client.query(`SELECT to_regclass('${EVENTS}_oldest') AS kept`)).rows).toEqual([
      { kept: `${EVENTS}_oldest` },
    ]);
  });

  it('are found in a schema of its own, with a name that needs quotes', async () => {
    await client.query('CREATE SCHEMA "My Desk"');
    for (const table of [EVENTS, ...(await names(EVENTS))]) {
      await client.query(`ALTER TABLE ${table} SET SCHEMA "My Desk"`);
    }
    const name = (await client.query<{ name: string }>('SELECT current_database() AS name'))
      .rows[0];
    await client.query(`ALTER DATABASE ${name?.name} SET search_path = public, "My Desk"`);
    const later = monthOf(now, 13);
    await partitions().makeAhead([EVENTS], later.begin);
    const dropped: string[] = [];
    await partitions().drop(EVENTS, later.begin, dropped);
    expect(dropped).toHaveLength(13);
    const { rows } = await client.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'My Desk' ORDER BY 1`,
    );
    const left = monthsFrom(13, 4).map((month) => `${EVENTS}_${month.name}`);
    expect(rows.map((row) => row.name)).toEqual([EVENTS, ...left].sort());
  });

  it('can not be made by a role without the right: it says so in time, and then ends', async () => {
    const role = `dml_${randomBytes(4).toString('hex')}`;
    await client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'dml-password'`);
    try {
      await client.query(
        `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`,
      );
      const url = new URL(database.url);
      [url.username, url.password] = [role, 'dml-password'];
      const theirs = partitions(url.toString());
      for (const later of [0, 8, 10]) {
        await theirs.makeAhead(PARTITIONED, monthOf(now, later).begin);
        expect(logged).toEqual([]);
      }
      await theirs.makeAhead(PARTITIONED, monthOf(now, 11).begin);
      await theirs.makeAhead([EVENTS], monthOf(now, 12).begin);
      expect(logged).toEqual([
        expect.stringMatching(/^next_action_executions has partitions for one more month.*OWNER/i),
        expect.stringMatching(/^ops_events has partitions for one more month/),
        expect.stringMatching(
          /^ops_events has partitions for this month only.*DATABASE_DIRECT_URL/,
        ),
      ]);
      const late = theirs.makeAhead([EVENTS], monthOf(now, 13).begin);
      await expect(late).rejects.toThrow(StartError);
      await expect(late).rejects.toThrow(
        /^ops_events has no partition for \d{4}-\d\d, so that nothing could be recorded\. The database user dml_\w+ may not/,
      );
    } finally {
      await client.query(`DROP OWNED BY ${role}`);
      await client.query(`DROP ROLE ${role}`);
    }
  });
});
