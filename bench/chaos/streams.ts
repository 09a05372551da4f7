import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { EventStream } from '../../test/support/event-stream.js';
import { storeOutOfOrder } from '../../test/support/feed.js';
import { ApiClient } from '../../test/support/requests.js';
import { type ServerProcess } from '../server-process.js';
import { type Drill, type DrillContext, EMPTY_TALLY, type Finding } from './drill.js';
import { stablePort } from '../ports.js';
import { randomOf } from '../under-load/random.js';
import { settledWithin } from '../under-load/settled-within.js';
import { Stand } from './stand.js';

const READERS = 4;
const WRITERS = 4;
/** Most events after which a reader is killed. */
const LONGEST_LIFE = 400;
/** What the writers store, and nothing else. */
const QUERY = { eventKey: 'nba.upsert' };
/** Longest time for the readers to get all, once it is written. */
const READ_WITHIN_MS = 60_000;

/** Readers of the live feed are killed and started anew, and its servers, too. */
export const STREAMS: Drill = {
  name: 'streams',
  title:
    'readers of the live feed are killed and started anew over two servers, which are killed in turn',
  run,
};

/** What one reader got. */
interface Read {
  readonly notes: string[];
  kills: number;
  resets: number;
}

async function run(context: DrillContext): Promise<Finding> {
  const events = context.quick ? 2000 : 10_000;
  const stand = await Stand.open(context);
  const product = stand.product({ FEED_POLL_MS: '100' });
  const ports = [await stablePort(), await stablePort()];
  const writing = new AbortController();
  try {
    const servers: ServerProcess[] = [];
    for (const port of ports) servers.push(await product.start({}, { port }));
    const token = await product.token(servers[0]!);
    const apis = ports.map((port) => new ApiClient(`http://127.0.0.1:${port}`, token));
    const first = await EventStream.open(apis[0]!, { query: QUERY });
    await first.ready();
    const { lastEventId } = first;
    first.close();

    const deadline = writing.signal;
    const reads = Array.from({ length: READERS }, (_, index) =>
      follow(apis, lastEventId, { events, deadline, random: randomOf(context.seed + index) }),
    );
    const written = write(stand.cluster.url, events);
    let killed = 0;
    while (!(await settledWithin(written, 500))) {
      const index = killed % servers.length;
      await servers[index]!.stop(killed % 4 < 2 ? 'SIGKILL' : 'SIGTERM');
      servers[index] = await product.start({}, { port: ports[index]! });
      killed += 1;
    }
    const notes = await written;
    setTimeout(() => writing.abort(), READ_WITHIN_MS).unref();
    return finding(notes, await Promise.all(reads), killed);
  } finally {
    writing.abort();
    await product.end();
    await stand.cluster.stop();
  }
}

async function write(url: string, events: number): Promise<string[]> {
  const writers = Array.from({ length: WRITERS }, () => new Client({ connectionString: url }));
  try {
    for (const writer of writers) await writer.connect();
    const notes: string[] = [];
    // In parts, so that it takes longer than the servers are up.
    for (let part = 0; notes.length < events; part++) {
      const stored = await storeOutOfOrder(
        writers,
        Math.min(200, events - notes.length),
        `${part}`,
      );
      notes.push(...stored);
      await delay(250);
    }
    return notes;
  } finally {
    for (const writer of writers) await writer.end();
  }
}

/** Reads as a client does that dies now and then, and keeps its last id. */
async function follow(
  apis: readonly ApiClient[],
  begin: string | undefined,
  options: {
    readonly events: number;
    readonly deadline: AbortSignal;
    readonly random: () => number;
  },
): Promise<Read> {
  const { events, deadline, random } = options;
  const read: Read = { notes: [], kills: 0, resets: 0 };
  let lastEventId = begin;
  while (read.notes.length < events && !deadline.aborted) {
    const api = apis[Math.floor(random() * apis.length)]!;
    const most = Math.min(events - read.notes.length, 1 + random() * LONGEST_LIFE);
    // A server that is down, or goes down: what came before counts.
    const stream = await EventStream.open(api, { query: QUERY, lastEventId }).catch(
      () => undefined,
    );
    if (!stream) {
      await delay(50);
      continue;
    }
    await stream.until('its share', () => stream.notes.length >= most).catch(() => undefined);
    stream.close();
    read.notes.push(...stream.notes);
    read.kills += 1;
    read.resets += stream.events.filter(({ event }) => event === 'reset').length;
    ({ lastEventId } = stream);
  }
  return read;
}

function finding(written: readonly string[], reads: readonly Read[], killed: number): Finding {
  const seen = reads.map(({ notes }) => new Set(notes));
  const lost = seen.reduce(
    (sum, notes) => sum + written.filter((one) => !notes.has(one)).length,
    0,
  );
  const doubled = reads.reduce(
    (sum, { notes }, index) => sum + notes.length - seen[index]!.size,
    0,
  );
  const [one, ...others] = reads.map(({ notes }) => notes.join());
  const faults = others.every((order) => order === one)
    ? []
    : ['Two readers got the events in another order.'];
  const resets = reads.reduce((sum, read) => sum + read.resets, 0);
  if (resets > 0) faults.push(`${resets} streams were reset.`);
  return {
    tally: { ...EMPTY_TALLY, tried: written.length * reads.length, lost, doubled },
    notes: [
      `${reads.reduce((sum, { kills }) => sum + kills, 0)} streams of ${reads.length} readers`,
      `${killed} servers killed or stopped`,
    ],
    faults,
  };
}
