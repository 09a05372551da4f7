/**
 * What many open streams of the live feed cost a server, against one: see docs/performance.md.
 * `npm run bench:streams`, with `-- --write` to store the figures there, or smaller:
 * `-- --streams 100 --rounds 1`.
 *
 * Each measurement is of a built server that has just started and shown the events to one stream. It needs
 * Linux. It fails if the median growth of the memory is 100 MB or more, or if many streams take more
 * statements than one.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { uuidv7 } from 'uuidv7';
import { startEmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { writeInto } from './document.js';
import { memoryOf, OPERATOR, startServer } from './measured-server.js';
import { inOwnFolder } from './own-folder.js';
import { median, runLine, spreadOf } from './report.js';
import { type ServerProcess } from './server-process.js';
import { cpuSecondsOf } from './servers.js';
import { StreamReader } from './stream-reader.js';

const MOST_GROWTH_MB = 100;
const PER_CALLER = 20;
const EVENTS = 1000;
const EVENTS_AT_ONCE = 50;
const PAUSE_MS = 250;
const QUIET_MS = 10_000;
/** After which a connection without work has reported its statements. Source: PostgreSQL, pgstat.c. */
const REPORTED_MS = 12_000;
/** A statement may fall into one window or the next. */
const MOST_STATEMENTS = 1.3;
const DOCUMENT = 'docs/performance.md';

/** What a number of streams took. */
interface Taken {
  readonly growthMb: number;
  /** Transactions of the database in a quiet time; each poll and each check is one. */
  readonly statements: number;
  /** CPU time of the server while the events were shown, in s. */
  readonly cpu: number;
}

const { values: options } = parseArgs({
  options: {
    streams: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '3' },
    write: { type: 'boolean', default: false },
  },
});

await inOwnFolder(measureAll);

async function measureAll(folder: string): Promise<void> {
  const many = Number(options.streams);
  const database = await startEmbeddedPostgres({ dataDir: join(folder, 'data') });
  const results = new Map<number, Taken[]>([
    [1, []],
    [many, []],
  ]);
  try {
    for (let round = 0; round < Number(options.rounds); round += 1) {
      for (const [count, taken] of results) {
        const one = await measure(folder, database.url, count);
        taken.push(one);
        console.log(
          `${count} streams: ${one.growthMb.toFixed(0)} MB, ${one.statements} statements, ${one.cpu.toFixed(1)} s`,
        );
      }
    }
  } finally {
    await database.stop();
  }
  const table = tableOf(results, many);
  console.log(`\n${table}`);
  if (options.write) writeInto(DOCUMENT, 'streams', table);
  const [one = [], all = []] = results.values();
  const growth = median(all.map(({ growthMb }) => growthMb));
  if (growth >= MOST_GROWTH_MB) throw new Error(`${many} streams took ${growth.toFixed(0)} MB.`);
  if (ratioOf(one, all, 'statements') > MOST_STATEMENTS) {
    throw new Error(`${many} streams take more statements than one.`);
  }
}

async function measure(folder: string, databaseUrl: string, count: number): Promise<Taken> {
  const server = await startServer(
    { folder, databaseUrl },
    { STREAMS_PER_CALLER: String(PER_CALLER) },
  );
  const database = new Client({ connectionString: databaseUrl });
  await database.connect();
  const readers: StreamReader[] = [];
  try {
    const admin = await signIn(server);
    const warm = await StreamReader.open(server.url, admin);
    await showEvents(database, [warm]);
    warm.close();
    const begun = memoryOf(server, 'VmRSS');
    for (let token = ''; readers.length < count;) {
      if (readers.length % PER_CALLER === 0) token = await newToken(server, admin);
      readers.push(await StreamReader.open(server.url, token));
    }
    const before = cpuSecondsOf(server.child.pid);
    let peak = memoryOf(server, 'VmRSS');
    const watch = setInterval(() => (peak = Math.max(peak, memoryOf(server, 'VmRSS'))), 50);
    await showEvents(database, readers);
    clearInterval(watch);
    const cpu = (cpuSecondsOf(server.child.pid) ?? NaN) - (before ?? NaN);
    await delay(REPORTED_MS);
    const commits = await commitsOf(database);
    await delay(QUIET_MS);
    const statements = (await commitsOf(database)) - commits;
    return { growthMb: peak - begun, statements, cpu };
  } finally {
    for (const reader of readers) reader.close();
    await database.end();
    await server.stop();
  }
}

/** Stores events, some at once every quarter of a second, and waits until all readers have the last. */
async function showEvents(database: Client, readers: readonly StreamReader[]): Promise<void> {
  const last = `last ${randomBytes(8).toString('hex')}`;
  const seen = readers.map((reader) => reader.until(last));
  for (let at = 0; at < EVENTS; at += EVENTS_AT_ONCE) {
    const ids = Array.from({ length: EVENTS_AT_ONCE }, () => uuidv7());
    await database.query(
      `INSERT INTO ops_events (id, level, event_key, status, source_type, source_id, entity_type, entity_id,
         request_id, duration_ms, created_at, meta)
       SELECT id, 'info', 'nba.delivery.executed', 'success', 'next_action', id::text, 'account', 'acme',
         CASE WHEN id = $2 THEN $3 ELSE id::text END, 12, now(),
         jsonb_build_object('executionId', id, 'actionKey', 'mark_done')
       FROM unnest($1::uuid[]) AS new (id)`,
      [ids, at + EVENTS_AT_ONCE >= EVENTS ? ids.at(-1) : null, last],
    );
    await delay(PAUSE_MS);
  }
  await Promise.all(seen);
}

async function signIn(server: ServerProcess): Promise<string> {
  const { accessToken } = (await post(server, '/api/auth/login', OPERATOR)) as {
    accessToken: string;
  };
  return accessToken;
}

async function newToken(server: ServerProcess, admin: string): Promise<string> {
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const body = { name: 'A reader', role: 'viewer', scopes: ['account/*'], expiresAt };
  return ((await post(server, '/api/service-tokens', body, admin)) as { token: string }).token;
}

async function post(
  { url }: ServerProcess,
  path: string,
  body: object,
  token?: string,
): Promise<unknown> {
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} answers ${answer.status}.`);
  return answer.json();
}

async function commitsOf(database: Client): Promise<number> {
  const { rows } = await database.query<{ commits: number }>(
    `SELECT xact_commit::int AS commits FROM pg_stat_database WHERE datname = current_database()`,
  );
  return rows[0]?.commits ?? 0;
}

function ratioOf(one: readonly Taken[], all: readonly Taken[], figure: keyof Taken): number {
  const of = (taken: readonly Taken[]): number => median(taken.map((each) => each[figure]));
  return of(all) / of(one);
}

function tableOf(results: ReadonlyMap<number, Taken[]>, many: number): string {
  const [one = [], all = []] = results.values();
  const growth = all.map(({ growthMb }) => growthMb);
  return [
    `${runLine()}: medians of ${all.length} rounds; in brackets the spread.`,
    '',
    `| ${many} streams | figure |`,
    '| --- | --- |',
    `| memory grows by, MB | **${median(growth).toFixed(0)}** (${spreadOf(growth, 0)}) |`,
    `| statements while nothing happens / those with one stream | **${ratioOf(one, all, 'statements').toFixed(2)}** |`,
    `| CPU time of the server while ${EVENTS} events are shown / with one stream | **${ratioOf(one, all, 'cpu').toFixed(1)}** |`,
  ].join('\n');
}
