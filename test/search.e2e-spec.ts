import { Client } from 'pg';
import { SearchIndex } from '../src/database/search/search-index.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from './support/database.js';

jest.setTimeout(120_000);

const scope = { entityType: 'account', entityId: 'search' };

/** The index of the search, as the catalogue has it. */
const INDEXES = `
  SELECT i.indisvalid AS valid, pg_get_indexdef(i.indexrelid) AS definition
  FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
  WHERE c.relname = 'ix_next_best_actions_search'`;

interface IndexRow {
  valid: boolean;
  definition: string;
}

async function titlesOf(app: TestApp, search: string): Promise<string[]> {
  const query = { ...scope, search, status: 'queued' };
  const { body } = await app.api.get('/api/next-actions', query).expect(200);
  const { items, pagination } = body as {
    items: { title: string }[];
    pagination: { total: number };
  };
  expect(pagination.total).toBe(items.length);
  return items.map(({ title }) => title).sort();
}

const warnings = (app: TestApp) =>
  app.logs().filter(({ msg }) => String(msg).startsWith('Search reads without an index'));

/** A database of a locale; `undefined` is that of the test server. */
async function databaseOf(options: string): Promise<TestDatabase> {
  const database = await createEmptyDatabase();
  const url = new URL(database.url);
  const name = url.pathname.slice(1);
  url.pathname = '/postgres';
  const admin = new Client({ connectionString: url.toString() });
  await admin.connect();
  try {
    await admin.query(`DROP DATABASE ${name}`);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' ${options}`);
  } finally {
    await admin.end();
  }
  return database;
}

/** Locales of PostgreSQL that fold letters differently; Turkish has another i. */
const LOCALES = [
  ['C', `LOCALE_PROVIDER libc LOCALE 'C'`],
  ['C.UTF-8', `LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'`],
  ['tr', `LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR' LOCALE 'C'`],
] as const;

describe.each(LOCALES)('a search in a database of the locale %s', (locale, options) => {
  let database: TestDatabase;
  let app: TestApp;
  beforeAll(async () => {
    database = await databaseOf(options);
    app = await createTestApp({ database, env: { WORKER: 'false' } });
    for (const title of [
      'Invoice 50% paid',
      'ÄRGER mit snake_case',
      'Cafe\u0301 rent',
      'İstanbul',
    ]) {
      await createNextAction(app.api, { ...scope, title });
    }
    await createNextAction(app.api, { ...scope, title: 'By reason', reason: 'ПРИВЕТ back\\slash' });
    await createNextAction(app.api, { ...scope, title: 'By rule', createdByRule: 'My_Rule' });
    await app.get(SearchIndex).prepared;
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it('has a database whose own folding differs', async () => {
    const [row] = await app.rows<{ lower: string }>(`SELECT lower('I') AS lower`);
    expect(row?.lower).toBe(locale === 'tr' ? 'ı' : 'i');
  });

  const FOUND: [string, string[]][] = [
    ['INVOICE', ['Invoice 50% paid']],
    ['invoice', ['Invoice 50% paid']],
    ['ärger', ['ÄRGER mit snake_case']],
    ['A\u0308RGER', ['ÄRGER mit snake_case']],
    ['CAF\u00c9', ['Cafe\u0301 rent']],
    ['caf\u00e9', ['Cafe\u0301 rent']],
    ['привет', ['By reason']],
    ['MY_RULE', ['By rule']],
    ['0%', ['Invoice 50% paid']],
    ['%', ['Invoice 50% paid']],
    ['e_c', ['ÄRGER mit snake_case']],
    ['k\\S', ['By reason']],
    ['rü', []],
    ['paid my', []],
  ];

  it.each(FOUND)('finds by %j', async (search, expected) => {
    expect(await titlesOf(app, search)).toEqual(expected);
  });

  it('finds the same without an index', async () => {
    await app.rows('DROP INDEX ix_next_best_actions_search');
    for (const [search, expected] of FOUND) expect(await titlesOf(app, search)).toEqual(expected);
  });

  it('finds rows that are not folded yet', async () => {
    await app.rows('UPDATE next_best_actions SET search_text = NULL');
    expect(await titlesOf(app, 'snake')).toEqual(['ÄRGER mit snake_case']);
    expect(await titlesOf(app, '50%')).toEqual(['Invoice 50% paid']);
  });
});

describe('the index of the search', () => {
  let database: TestDatabase;
  const apps: TestApp[] = [];
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await database.drop();
  });

  /** Starts a server on the database, and waits for what it does in the background. */
  async function start(env: Record<string, string> = {}): Promise<TestApp> {
    const app = await createTestApp({ database, env: { WORKER: 'false', ...env } });
    apps.push(app);
    await app.get(SearchIndex).prepared;
    return app;
  }

  /** Runs statements on the database as its owner, without a server. */
  async function sql<Row extends object>(...statements: string[]): Promise<Row[]> {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      let rows: Row[] = [];
      for (const statement of statements) rows = (await client.query<Row>(statement)).rows;
      return rows;
    } finally {
      await client.end();
    }
  }

  const DROP = 'DROP INDEX IF EXISTS ix_next_best_actions_search, ix_work_items_search';

  it('is built by the start, with the extension', async () => {
    await sql(DROP, 'DROP EXTENSION pg_trgm');
    const app = await start();
    expect(await sql<IndexRow>(INDEXES)).toEqual([
      { valid: true, definition: expect.stringContaining('gin (search_text') },
    ]);
    expect(warnings(app)).toEqual([]);
  });

  it('uses the extension in whatever schema it is', async () => {
    await sql(
      DROP,
      'DROP EXTENSION pg_trgm',
      'CREATE SCHEMA "Ext Ensions"',
      'CREATE EXTENSION pg_trgm SCHEMA "Ext Ensions"',
    );
    await start();
    expect(await sql<IndexRow>(INDEXES)).toEqual([
      { valid: true, definition: expect.stringContaining('"Ext Ensions".gin_trgm_ops') },
    ]);
  });

  it('is built again where an interrupted build left it invalid', async () => {
    await sql(
      `UPDATE pg_index SET indisvalid = false
       WHERE indexrelid = 'ix_next_best_actions_search'::regclass`,
    );
    await start();
    expect(await sql<IndexRow>(INDEXES)).toMatchObject([{ valid: true }]);
  });

  it('is built once by servers that start together', async () => {
    await sql(DROP, `UPDATE next_best_actions SET search_text = NULL`);
    const both = await Promise.all([start(), start()]);
    expect(await sql<IndexRow>(INDEXES)).toMatchObject([{ valid: true }]);
    for (const app of both) {
      expect(app.logs().filter(({ msg }) => /^(the s|S)earch /.test(String(msg)))).toEqual([]);
    }
  });

  it('does not keep a server from being ready, and a stop cancels its build', async () => {
    await sql(DROP);
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    try {
      // The build waits for every transaction that could still see the table without the index.
      await holder.query('BEGIN');
      await holder.query('UPDATE next_best_actions SET title = title');
      await holder.query('LOCK TABLE next_best_actions IN ROW EXCLUSIVE MODE');
      const app = await createTestApp({ database, env: { WORKER: 'false' } });
      await app.anonymous.get('/health/ready').expect(200);
      await createNextAction(app.api, { ...scope, title: 'Meanwhile' });
      expect(await titlesOf(app, 'MEANWHILE')).toEqual(['Meanwhile']);
      await app.close();
    } finally {
      await holder.end();
    }
    const app = await start();
    expect(await sql<IndexRow>(INDEXES)).toMatchObject([{ valid: true }]);
    expect(await titlesOf(app, 'MEANWHILE')).toEqual(['Meanwhile']);
  });

  describe('without a role that may create it,', () => {
    const role = `plain_${process.pid}`;
    let directUrl: string;
    beforeEach(async () => {
      await sql(`CREATE ROLE ${role} LOGIN PASSWORD 'plain'`, `GRANT pg_read_all_data TO ${role}`);
      const url = new URL(database.url);
      [url.username, url.password] = [role, 'plain'];
      directUrl = url.toString();
    });
    afterEach(async () => {
      await Promise.all(apps.splice(0).map((app) => app.close()));
      await database.drop();
      const url = new URL(process.env.TEST_DATABASE_ADMIN_URL!);
      const admin = new Client({ connectionString: url.toString() });
      await admin.connect();
      await admin.query(`DROP ROLE ${role}`).finally(() => admin.end());
    });

    it.each([
      ['the extension', ['DROP EXTENSION pg_trgm'], 'let a superuser run CREATE EXTENSION pg_trgm'],
      ['the table', [], 'this role does not own the table'],
    ])('or %s, search works, and the start says so once', async (_, statements, advice) => {
      await (await start()).close();
      apps.pop();
      await sql(DROP, ...statements);
      const app = await start({ DATABASE_URL: database.url, DATABASE_DIRECT_URL: directUrl });
      expect(await sql<IndexRow>(INDEXES)).toEqual([]);
      expect(warnings(app)).toMatchObject([
        { level: 'warn', msg: expect.stringContaining(advice) },
      ]);
      await createNextAction(app.api, { ...scope, title: 'Found anyway' });
      expect(await titlesOf(app, 'ANYWAY')).toEqual(['Found anyway']);
    });
  });

  it('comes after the rows of an earlier version were folded', async () => {
    await sql(
      DROP,
      `INSERT INTO next_best_actions (id, title, priority, score, entity_type, entity_id)
       SELECT gen_random_uuid(), 'Ägypten ' || n, 'low', 1, 'account', 'search'
       FROM generate_series(1, 1201) AS n`,
    );
    const app = await start();
    const rows = await sql(
      `SELECT count(*)::int AS folded FROM next_best_actions WHERE search_text LIKE 'ägypten %'`,
    );
    expect(rows).toEqual([{ folded: 1201 }]);
    const query = { ...scope, search: 'ÄGYPTEN', pageSize: 1 };
    const { body } = await app.api.get('/api/next-actions', query).expect(200);
    expect(body.pagination).toMatchObject({ total: 1201, totalIsExact: true });
  });
});

describe('what search reads', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ env: { WORKER: 'false' } });
  });
  afterAll(() => app.close());

  it('follows an update by dedupe key', async () => {
    const key = { ...scope, dedupeKey: 'search:1' };
    await createNextAction(app.api, { ...key, title: 'Before' });
    await createNextAction(app.api, { ...key, title: 'After' });
    expect(await titlesOf(app, 'before')).toEqual([]);
    expect(await titlesOf(app, 'after')).toEqual(['After']);
  });

  it('is what a run of the rules writes', async () => {
    const item = { ...scope, state: 'failed', title: 'x', priority: 'high' };
    await app.api.put('/api/work-items/notification_delivery/search-1', item).expect(201);
    await app.api.post('/api/next-actions/run', scope).expect(200);
    expect(await titlesOf(app, 'FAILED_NOTIFICATION')).toHaveLength(1);
    expect(await app.rows('SELECT id FROM next_best_actions WHERE search_text IS NULL')).toEqual(
      [],
    );
  });

  it('reads many hits page by page, each once', async () => {
    await app.rows(
      `INSERT INTO next_best_actions (id, title, search_text, priority, score, entity_type, entity_id)
       SELECT gen_random_uuid(), 'Many ' || n, 'many ' || n, 'low', n % 50, 'account', 'many'
       FROM generate_series(1, 1500) AS n`,
    );
    for (const [search, total] of [
      ['many', 1500],
      ['many 12', 111],
    ] as const) {
      const seen = new Set<string>();
      let cursor: string | null = null;
      do {
        const query: Record<string, string | number> = {
          ...{ entityType: 'account', entityId: 'many', search, pageSize: 100 },
          ...(cursor === null ? {} : { cursor }),
        };
        const { body } = await app.api.get('/api/next-actions', query).expect(200);
        expect(body.pagination).toMatchObject({ total, totalIsExact: true });
        for (const item of body.items) seen.add(item.id);
        cursor = body.pagination.nextCursor;
      } while (cursor !== null);
      expect(seen.size).toBe(total);
    }
  });
});
