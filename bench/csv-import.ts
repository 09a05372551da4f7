/**
 * How much memory an import of 100,000 rows in CSV takes, how long it takes, and whether a broken row is
 * named by its line: see docs/performance.md. `npm run bench:csv`, or with `-- --rows 20000`.
 *
 * The server runs in a process of its own, so that making and sending a file counts for nothing. It fails
 * if the resident memory grows by 60 MB or more over that of a warm server.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createApp } from '../src/app.setup.js';
import { createLogger } from '../src/logging/logger.js';
import { readEnv } from '../src/config/env.js';
import { startEmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { inOwnFolder } from './own-folder.js';

const MOST_GROWTH_MB = 60;
const BROKEN_ROW = 57_001;
const WARM_ROWS = 5000;
const SAMPLE_EVERY_MS = 20;
const OPERATOR = { email: 'operator@example.com', password: 'nearly-fifteen-horses-graze' };
const MB = 1024 * 1024;

interface Answer {
  readonly failed?: number;
  readonly created?: number;
  readonly errors?: readonly { readonly line?: number; readonly field: string }[];
}

if (process.send) await serve();
else await inOwnFolder(measureAll);

/** The server: any message resets the peak of its memory, and answers what it was, in MB. */
async function serve(): Promise<void> {
  const app = await createApp({
    env: readEnv({ READ_LIMIT_PER_MINUTE: '0', WRITE_LIMIT_PER_MINUTE: '0', WORKER: 'false' }),
    secrets: { jwtSecret: 'x'.repeat(32), admin: OPERATOR, adminPasswordFile: undefined },
    databaseUrl: process.argv[2] ?? '',
    logger: createLogger('silent'),
  });
  await app.listen(0, '127.0.0.1');
  let peak = 0;
  setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), SAMPLE_EVERY_MS);
  process.on('message', () => {
    process.send?.(peak / MB);
    peak = 0;
  });
  process.send?.(app.getHttpServer().address());
}

async function measureAll(folder: string): Promise<void> {
  const { values } = parseArgs({ options: { rows: { type: 'string', default: '100000' } } });
  const rows = Number(values.rows);
  const database = await startEmbeddedPostgres({ dataDir: join(folder, 'data') });
  const server = fork(fileURLToPath(import.meta.url), [database.url], {
    execArgv: ['--import', '@swc-node/register/esm-register'],
  });
  const faults: string[] = [];
  try {
    const [{ port }] = (await once(server, 'message')) as [{ port: number }];
    const url = `http://127.0.0.1:${port}`;
    const token = await signIn(url);
    for (const mode of ['all', 'each', 'all'])
      await send(url, token, mode, file('warm', WARM_ROWS));
    const warm = await peakOf(server);
    console.log(`warm server: ${warm.toFixed(0)} MB`);
    for (const mode of ['each', 'all', 'all']) {
      const broken = mode === 'each' ? BROKEN_ROW : undefined;
      const body = file(`${mode}-${Date.now()}`, rows, broken);
      await peakOf(server);
      const begun = performance.now();
      const answer = await send(url, token, mode, body);
      const seconds = (performance.now() - begun) / 1000;
      const growth = (await peakOf(server)) - warm;
      console.log(
        [
          `mode ${mode.padEnd(4)}`,
          `${rows} rows, ${(body.length / MB).toFixed(1)} MB`,
          `${seconds.toFixed(1)} s`,
          `grows by ${growth.toFixed(0)} MB`,
          `${answer.created ?? 0} created, ${answer.failed ?? 0} failed`,
          JSON.stringify(answer.errors),
        ].join('  '),
      );
      if (growth >= MOST_GROWTH_MB) faults.push(`mode ${mode} took ${growth.toFixed(0)} MB`);
      // The header is line 1.
      if (broken !== undefined && rows >= broken && answer.errors?.[0]?.line !== broken + 1) {
        faults.push('the broken row is not named by its line');
      }
    }
  } finally {
    server.kill();
    await database.stop();
  }
  if (faults.length > 0) throw new Error(faults.join('; '));
}

/** A file of items; `broken` is the number of a row whose quote is not closed. */
function file(prefix: string, rows: number, broken?: number): string {
  const lines = Array.from({ length: rows }, (_, index) => {
    const quote = index + 1 === broken ? '"' : '';
    return `${prefix}-${index},open,${quote}Call Acme about renewal ${index},2026-12-01,Ana Lima,"a note, of some length, for row ${index}"`;
  });
  return ['externalId,state,title,dueAt,owner,note', ...lines, ''].join('\n');
}

async function send(url: string, token: string, mode: string, body: string): Promise<Answer> {
  const answer = await fetch(`${url}/api/work-items/import?kind=reminder&mode=${mode}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'text/csv' },
    body,
  });
  return (await answer.json()) as Answer;
}

async function peakOf(server: ChildProcess): Promise<number> {
  const answer = once(server, 'message') as Promise<[number]>;
  server.send('peak');
  return (await answer)[0];
}

async function signIn(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(OPERATOR),
  });
  return ((await answer.json()) as { accessToken: string }).accessToken;
}
