/**
 * How long the worst bodies within the limits block the event loop of a server, in ms, and how large
 * their answers are: see docs/performance.md. `npm run bench:bodies`, or with `-- --tries 20`.
 *
 * The server runs in a process of its own, so that making and sending a body counts for nothing.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { createApp } from '../src/app.setup.js';
import { createLogger } from '../src/logging/logger.js';
import { readEnv } from '../src/config/env.js';
import { startEmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { inOwnFolder } from './own-folder.js';

/** The limit, in ms. */
const LONGEST_BLOCK_MS = 250;
const OPERATOR = { email: 'operator@example.com', password: 'nearly-fifteen-horses-graze' };

const BATCH = '/api/work-items/batch';
const CREATE = '/api/next-actions';
const LOGIN = '/api/auth/login';

interface Case {
  readonly name: string;
  readonly path: string;
  readonly body: string | Buffer;
  readonly encoding?: string;
}

interface Measured {
  readonly longestMs: number;
  /** CPU time of the process so far, in ms. */
  readonly cpuMs: number;
  readonly peakMb: number;
}

if (process.send) await serve();
else await inOwnFolder(measureAll);

/** The server: "reset" starts a measurement of its event loop, "read" answers the result. */
async function serve(): Promise<void> {
  const env = readEnv({
    READ_LIMIT_PER_MINUTE: '0',
    WRITE_LIMIT_PER_MINUTE: '0',
    LOGIN_LIMIT_PER_MINUTE: '1000000',
    LOGIN_DELAY_MAX_MS: '0',
    WORKER: 'false',
  });
  const app = await createApp({
    env,
    secrets: {
      jwtSecret: 'x'.repeat(32),
      admin: OPERATOR,
      webhookEncryptionKeys: [],
      adminPasswordFile: undefined,
    },
    databaseUrl: process.argv[2] ?? '',
    logger: createLogger('silent'),
  });
  await app.listen(0, '127.0.0.1');
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  process.on('message', (message) => {
    if (message === 'reset') delay.reset();
    // The monitor has a timer of its own: it begins after a reset, and notices a block after it.
    setTimeout(() => {
      const measured = { longestMs: delay.max / 1e6, cpuMs: cpuMs(), peakMb: peakMb() };
      process.send?.(measured satisfies Measured);
    }, 25);
  });
  process.send?.(app.getHttpServer().address());
}

async function measureAll(folder: string): Promise<void> {
  const { values } = parseArgs({ options: { tries: { type: 'string', default: '5' } } });
  const database = await startEmbeddedPostgres({ dataDir: join(folder, 'data') });
  const server = fork(fileURLToPath(import.meta.url), [database.url], {
    execArgv: ['--import', '@swc-node/register/esm-register'],
  });
  let failed = false;
  try {
    const [{ port }] = (await once(server, 'message')) as [{ port: number }];
    const url = `http://127.0.0.1:${port}`;
    const token = await signIn(url);
    for (const sample of cases()) {
      const row = await measure(server, url, token, sample, Number(values.tries));
      failed ||= row.longestMs > LONGEST_BLOCK_MS;
      const cells = [
        sample.name.padEnd(54),
        row.status,
        `blocked ${row.longestMs.toFixed(0).padStart(4)} ms`,
        `CPU ${row.cpuMs.toFixed(0).padStart(4)} ms`,
        `answer ${String(row.bytes).padStart(6)} B`,
        `peak ${row.peakMb.toFixed(0)} MB`,
      ];
      console.log(cells.join('  '));
    }
  } finally {
    server.kill();
    await database.stop();
  }
  if (failed) throw new Error(`A body blocked the event loop for over ${LONGEST_BLOCK_MS} ms.`);
}

/** Medians of the attempts, which depend less on other work of the machine; the first one is left out. */
async function measure(
  server: ChildProcess,
  url: string,
  token: string,
  sample: Case,
  tries: number,
): Promise<Measured & { status: number; bytes: number }> {
  const found: (Measured & { status: number; bytes: number })[] = [];
  for (let tried = 0; tried <= tries; tried++) {
    const before = await ask(server, 'reset');
    const answer = await fetch(url + sample.path, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/json',
        ...(sample.encoding === undefined ? {} : { 'Content-Encoding': sample.encoding }),
      },
      body: sample.body,
    });
    const bytes = (await answer.arrayBuffer()).byteLength;
    const after = await ask(server, 'read');
    const cpuMs = after.cpuMs - before.cpuMs;
    if (tried > 0) found.push({ ...after, cpuMs, status: answer.status, bytes });
  }
  const median = (of: (row: Measured) => number): number =>
    found.map(of).sort((a, b) => a - b)[Math.floor(found.length / 2)] ?? NaN;
  return {
    ...found.at(-1)!,
    longestMs: median((row) => row.longestMs),
    cpuMs: median((row) => row.cpuMs),
  };
}

function peakMb(): number {
  return process.resourceUsage().maxRSS / 1024;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function ask(server: ChildProcess, question: 'reset' | 'read'): Promise<Measured> {
  const answer = once(server, 'message') as Promise<[Measured]>;
  server.send(question);
  return (await answer)[0];
}

async function signIn(url: string): Promise<string> {
  const answer = await fetch(url + LOGIN, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(OPERATOR),
  });
  return ((await answer.json()) as { accessToken: string }).accessToken;
}

function cases(): Case[] {
  const batch = (name: string, items: unknown): Case => ({
    name,
    path: BATCH,
    body: JSON.stringify({ items }),
  });
  const zeros = `{"items":[${'0,'.repeat(520_000)}0]}`;
  return [
    batch('1,000 items, as they should be', list(1000, item)),
    batch(
      '1,000 items with 50 attributes each',
      list(1000, (i) => ({ ...item(i), attributes: keys(50) })),
    ),
    batch(
      '95 items with 1,000 attributes each',
      list(95, (i) => ({ ...item(i), attributes: keys(1000) })),
    ),
    batch('an item with 95,000 attributes', [{ ...item(0), attributes: keys(95_000, 'k') }]),
    batch('an item with 95,000 attributes whose keys are numbers', [
      { ...item(0), attributes: Object.fromEntries(list(95_000, (i) => [String(i * 7), 1])) },
    ]),
    batch('an item with 95,000 unknown keys', [{ ...item(0), ...keys(95_000, 'k') }]),
    batch(
      '1,000 items with 60 unknown keys each',
      list(1000, (i) => ({ ...item(i), ...keys(60) })),
    ),
    batch(
      '95 items with 990 unknown keys each',
      list(95, (i) => ({ ...item(i), ...keys(990) })),
    ),
    batch(
      '1,000 items with every field of a wrong type',
      list(1000, () => wrong(7)),
    ),
    batch(
      '1,000 items with every field a list',
      list(1000, () => wrong([[]])),
    ),
    batch(
      '1,000 items with dates as in the US',
      list(1000, (i) => ({ ...item(i), dueAt: '11/24/2026' })),
    ),
    batch(
      '1,000 items in a state that their kind does not have',
      list(1000, (i) => ({ ...item(i), state: 'nowhere' })),
    ),
    batch(
      '1,000 items, the same one',
      list(1000, () => item(0)),
    ),
    batch(
      '1,000 empty items',
      list(1000, () => ({})),
    ),
    batch(
      '349,000 empty items',
      list(349_000, () => ({})),
    ),
    batch(
      '1,000 lists of 90 lists',
      list(1000, () => list(90, () => [])),
    ),
    batch('attributes of 19 lists of 5,000 numbers', [
      {
        ...item(0),
        attributes: Object.fromEntries(list(19, (i) => [`k${i}`, list(5000, (n) => n)])),
      },
    ]),
    batch(
      '1,000 items of titles of 900 characters',
      list(1000, (i) => ({ ...item(i), title: 'x'.repeat(900) })),
    ),
    ...['title', 'dueAt', 'state', 'externalId', 'entityType', 'entityId'].map((field) =>
      batch(`a ${field} of 1,000,000 characters`, [{ ...item(0), [field]: '1'.repeat(1_000_000) }]),
    ),
    batch('an unknown key of 1,000,000 characters', [{ ...item(0), ['x'.repeat(1_000_000)]: 1 }]),
    batch('a title of 170,000 escaped characters', [
      { ...item(0), title: '\u0001'.repeat(170_000) },
    ]),
    { name: 'the same key 170,000 times', path: BATCH, body: `{${'"a":1,'.repeat(170_000)}"a":1}` },
    {
      name: '500,000 brackets',
      path: BATCH,
      body: `{"items":${'['.repeat(500_000)}${']'.repeat(500_000)}}`,
    },
    {
      name: '100,000 nested objects',
      path: BATCH,
      body: `{"items":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`,
    },
    { name: '520,000 zeros', path: BATCH, body: zeros },
    { name: '520,000 zeros in gzip', path: BATCH, body: gzipSync(zeros), encoding: 'gzip' },
    {
      name: '520,000 zeros in brotli',
      path: BATCH,
      body: brotliCompressSync(zeros),
      encoding: 'br',
    },
    {
      name: '1 GB of zeros in gzip',
      path: BATCH,
      body: gzipSync(Buffer.alloc(1e9, '0')),
      encoding: 'gzip',
    },
    {
      name: '1 GB of zeros in brotli',
      path: BATCH,
      body: brotliCompressSync(Buffer.alloc(1e9, '0')),
      encoding: 'br',
    },
    {
      name: 'an NBA with a payload of 12 × 900 keys',
      path: CREATE,
      body: JSON.stringify({
        title: 'x',
        payload: Object.fromEntries(list(12, (i) => [i, keys(900, 'k')])),
      }),
    },
    {
      name: 'an NBA with 990 unknown keys',
      path: CREATE,
      body: JSON.stringify({ title: 'x', ...keys(990) }),
    },
    {
      name: 'a login with an e-mail of 100,000 characters',
      path: LOGIN,
      body: JSON.stringify({ email: `${'a@'.repeat(50_000)}x.example`, password: 'x' }),
    },
    {
      name: 'a login with 990 unknown keys',
      path: LOGIN,
      body: JSON.stringify({ ...OPERATOR, ...keys(990) }),
    },
    {
      name: 'a query of 3,000 parameters',
      path: `${CREATE}?${list(3000, (i) => `a${i}=`).join('&')}`,
      body: '{}',
    },
  ];
}

function list<T>(length: number, make: (index: number) => T): T[] {
  return Array.from({ length }, (_, index) => make(index));
}

function item(index: number): object {
  return {
    kind: 'reminder',
    externalId: `bench-${index}`,
    state: 'open',
    title: 'Call Acme back',
  };
}

function keys(count: number, prefix = 'key'): object {
  return Object.fromEntries(list(count, (index) => [`${prefix}${index}`, 1]));
}

function wrong(value: unknown): object {
  const fields = 'kind externalId state title priority dueAt occurredAt entityType entityId';
  return Object.fromEntries([...fields.split(' '), 'attributes'].map((field) => [field, value]));
}
