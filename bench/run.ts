/**
 * How fast the server is, as a ratio to the floor: see docs/performance.md. Each flag narrows a run:
 * `--quick`, `--route execute`, `--connections 16`, `--rounds 5`, `--seconds 2`, `--contestant none`;
 * `--against <folder>` also measures another build of the server in the same rounds. `--jobs` measures the
 * worker of jobs instead, and writes its table into docs/performance.md; `--count` is its jobs per turn.
 * `--scale` measures lists on a million rows and presses on ten million executions instead, and writes
 * docs/scale-lists.md; with `--quick`, or fewer of them (`--actions`, `--history`), it prints the text.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { readEnv } from '../src/config/env.js';
import { migrate } from '../src/database/start/migrate.js';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../src/database/embedded/embedded-postgres.js';
import { schema } from '../src/schema.js';
import { Desk } from './desk.js';
import { Load, type Result, type Route } from './load.js';
import { writeInto } from './document.js';
import { benchJobs } from './jobs/run.js';
import { benchScale, fillScale, SCALE_DOCUMENT } from './scale/run.js';
import { FULL_SIZES } from './scale/sizes.js';
import { inOwnFolder } from './own-folder.js';
import { type Pair, runLine, type Series, table } from './report.js';
import { type Contestant, Servers } from './servers.js';
import { writtenBy } from './written-rows.js';

/** More answers a second than any contestant gives: an upper bound for what a round can press. */
const FASTEST = 4000;
const WARM_UP_SECONDS = 2;
/** Settings of PostgreSQL while millions of rows are stored. */
const LOADING = { max_wal_size: '16GB', checkpoint_timeout: '1h', autovacuum: 'off' };
/** A busy machine has time for fewer rounds of `--jobs`. */
const JOBS_WITHIN_MS = 140_000;

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    route: { type: 'string', multiple: true, default: ['execute', 'list'] },
    connections: { type: 'string', multiple: true, default: ['1', '16', '64'] },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    contestant: { type: 'string', multiple: true, default: ['idiomatic'] },
    against: { type: 'string' },
    jobs: { type: 'boolean', default: false },
    scale: { type: 'boolean', default: false },
    actions: { type: 'string' },
    history: { type: 'string' },
    count: { type: 'string' },
    concurrency: { type: 'string', multiple: true, default: ['4', '16'] },
  },
});
const connectionCounts = flags.connections.map((text) => {
  const count = Number(text);
  assert(Number.isInteger(count) && count > 0, `--connections ${text}: give one number for each.`);
  return count;
});
const rounds = Number(flags.rounds ?? (flags.quick ? 2 : 3));
const seconds = Number(flags.seconds ?? (flags.quick ? 3 : 8));

async function bench(databaseUrl: string, folder: string): Promise<void> {
  await migrate({ url: databaseUrl, setting: 'DATABASE_URL' }, readEnv({}), schema, console);
  const servers = new Servers(databaseUrl, folder);
  const desk = new Desk(databaseUrl);
  try {
    await desk.open();
    await desk.queueList();
    const server = await servers.startServer('server', resolve('dist'));
    const load = new Load(desk, await servers.token(server));
    const floor = await servers.startFloor(await load.buttons(server));
    const contestants = [floor, server];
    const pairs: Pair[] = [['server', 'floor']];
    for (const name of flags.contestant.filter((each) => each !== 'none')) {
      contestants.push(await servers.startContestant(name));
      pairs.push(['server', name]);
    }
    if (flags.against !== undefined) {
      contestants.push(await servers.startServer('other build', resolve(flags.against)));
      pairs.push(['other build', 'floor']);
    }
    await warmUp(desk, load, contestants);
    await compareRows(databaseUrl, load, server, contestants);

    const all: Series[] = [];
    for (const route of flags.route as Route[]) {
      for (const connections of connectionCounts) {
        all.push(await measure(desk, load, contestants, route, connections));
      }
    }
    const recorded = await desk.executions();
    assert(recorded >= load.pressed, `${load.pressed} presses, but ${recorded} are on record.`);
    console.log(
      `\n${table(
        all,
        pairs,
        contestants.map(({ name }) => name),
      )}\n`,
    );
    console.log(`Medians of ${rounds} interleaved rounds of ${seconds} s.`);
  } finally {
    await servers.stop();
    await desk.close();
  }
}

/** Code is compiled and connections are open before anything counts; the answers must agree. */
async function warmUp(desk: Desk, load: Load, contestants: readonly Contestant[]): Promise<void> {
  const listing = contestants.filter(({ routes }) => routes.includes('list'));
  const lists = await Promise.all(listing.map((contestant) => load.list(contestant)));
  for (const list of lists) assert.deepEqual(list, lists[0]);
  await desk.prepare(FASTEST * WARM_UP_SECONDS * contestants.length);
  for (const contestant of contestants) {
    for (const route of contestant.routes) {
      await load.run(route, contestant, 16, WARM_UP_SECONDS);
    }
  }
}

/** A contestant that writes less than the server is no measure for it. */
async function compareRows(
  databaseUrl: string,
  load: Load,
  server: Contestant,
  contestants: readonly Contestant[],
): Promise<void> {
  const expected = await writtenBy(databaseUrl, await load.press(server));
  for (const contestant of contestants) {
    const written = await writtenBy(databaseUrl, await load.press(contestant));
    const what = `What a press of ${contestant.name} writes differs from what the server writes.`;
    assert.deepEqual(written, expected, what);
  }
}

async function measure(
  desk: Desk,
  load: Load,
  contestants: readonly Contestant[],
  route: Route,
  connections: number,
): Promise<Series> {
  const serving = contestants.filter(({ routes }) => routes.includes(route));
  const results = new Map<string, Result[]>(serving.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const contestant of serving) {
      await desk.prepare(route === 'execute' ? FASTEST * seconds : 0);
      const result = await load.run(route, contestant, connections, seconds);
      results.get(contestant.name)!.push(result);
    }
    console.error(`${route}, ${connections} connections: round ${round} of ${rounds}`);
  }
  return { route, connections, results };
}

/** Jobs per second; only a run of full size is written into the document. */
async function jobs(databaseUrl: string): Promise<void> {
  await migrate({ url: databaseUrl, setting: 'DATABASE_URL' }, readEnv({}), schema, console);
  const count = Number(flags.count ?? (flags.quick ? 500 : 2000));
  const measured = await benchJobs(databaseUrl, {
    rounds: Number(flags.rounds ?? (flags.quick ? 2 : 5)),
    count,
    concurrencies: flags.concurrency.map(Number),
    withinMs: JOBS_WITHIN_MS,
    progress: (text) => console.error(text),
  });
  const about = `${runLine()}: medians of ${measured.rounds} interleaved rounds of ${count} jobs; in brackets the spread of the ratio.`;
  console.log(`\n${measured.table}\n\n${about}`);
  if (!flags.quick) writeInto('docs/performance.md', 'jobs', `${about}\n\n${measured.table}`);
}

/** Lists and history at scale; only a run of full size is written into the document. */
async function scale(folder: string): Promise<void> {
  const share = flags.quick ? 100 : 1;
  const sizes = {
    ...FULL_SIZES,
    actions: Number(flags.actions ?? FULL_SIZES.actions / share),
    history: Number(flags.history ?? FULL_SIZES.history / share),
    ...(flags.rounds === undefined ? {} : { rounds }),
    ...(flags.seconds === undefined ? {} : { seconds }),
  };
  const dataDir = join(folder, 'data');
  // The data is stored without waiting for the disk, and measured with durable settings.
  const loading = await startEmbeddedPostgres({ dataDir, durable: false, settings: LOADING });
  try {
    await fillScale(loading.url, sizes, (line) => console.error(line));
  } finally {
    await loading.stop();
  }
  await onPostgres(folder, async ({ url }) => {
    const text = await benchScale({ url, folder, dist: resolve('dist') }, sizes);
    const config = await resolveConfig(SCALE_DOCUMENT);
    const formatted = await format(text, { ...config, filepath: SCALE_DOCUMENT });
    const { actions, history } = FULL_SIZES;
    if (sizes.actions === actions && sizes.history === history) {
      writeFileSync(SCALE_DOCUMENT, formatted);
    }
    console.log(formatted.slice(0, formatted.indexOf('## Plans')));
  });
}

async function onPostgres(
  folder: string,
  work: (postgres: EmbeddedPostgres) => Promise<void>,
): Promise<void> {
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'data') });
  try {
    await work(postgres);
  } finally {
    await postgres.stop();
  }
}

await inOwnFolder((folder) => {
  if (flags.scale) return scale(folder);
  return onPostgres(folder, ({ url }) => (flags.jobs ? jobs(url) : bench(url, folder)));
});
