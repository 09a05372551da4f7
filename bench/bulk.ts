/**
 * How long 100 presses take in one request, as a share of 100 requests one after the other: see
 * docs/performance.md. `npm run bench:bulk`, with `-- --write` to store the figures there, or with more
 * rounds: `-- --rounds 20`. It fails if the median of the presses is over half.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { BulkClient, type Kind, KINDS, type Way } from './bulk-client.js';
import { Desk } from './desk.js';
import { writeInto } from './document.js';
import { inOwnFolder } from './own-folder.js';
import { median, runLine, spreadOf } from './report.js';
import { Servers } from './servers.js';

const ROWS = 100;
const MOST = 0.5;

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    write: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);

await inOwnFolder(async (folder) => {
  const database = await startEmbeddedPostgres({ dataDir: join(folder, 'data') });
  const servers = new Servers(database.url, folder);
  const desk = new Desk(database.url, 2 * ROWS * (rounds + 1));
  try {
    const server = await servers.startServer('server', resolve('dist'));
    const client = new BulkClient(server.url, await servers.token(server));
    await desk.open();
    await desk.prepare(2 * ROWS * (rounds + 1));
    const shares: Record<Kind, number[]> = { preview: [], press: [], undo: [] };
    // The first round compiles code and opens connections.
    for (let round = 0; round <= rounds; round += 1) {
      const measured = await measure(client, desk, round);
      if (round > 0) for (const kind of KINDS) shares[kind].push(measured[kind]);
    }
    const text = tableOf(shares);
    console.log(`\n${text}`);
    if (options.write) writeInto('docs/performance.md', 'bulk', text);
    if (median(shares.press) > MOST) {
      throw new Error(`${ROWS} presses in one request took over ${MOST} of ${ROWS} requests.`);
    }
  } finally {
    await desk.close();
    await servers.stop();
    await database.stop();
  }
});

/** The share of each kind in one round; which of the two ways comes first alternates. */
async function measure(
  client: BulkClient,
  desk: Desk,
  round: number,
): Promise<Record<Kind, number>> {
  const ways: readonly Way[] =
    round % 2 === 0 ? ['together', 'oneByOne'] : ['oneByOne', 'together'];
  const seconds: Record<Way, Partial<Record<Kind, number>>> = { together: {}, oneByOne: {} };
  for (const way of ways) {
    const ids = Array.from({ length: ROWS }, () => desk.next());
    for (const kind of KINDS) seconds[way][kind] = await timed(() => client.ask(way, kind, ids));
  }
  const share = (kind: Kind): number => seconds.together[kind]! / seconds.oneByOne[kind]!;
  return { preview: share('preview'), press: share('press'), undo: share('undo') };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

function tableOf(shares: Record<Kind, number[]>): string {
  const row = (kind: Kind): string => {
    const values = shares[kind];
    return `| ${kind} | **${median(values).toFixed(2)}** (${spreadOf(values)}) |`;
  };
  return [
    `${runLine()}: medians of ${rounds} rounds; in brackets the spread.`,
    '',
    `| ${ROWS} of | in one request / in ${ROWS} requests, one after the other |`,
    '| --- | --- |',
    ...KINDS.map(row),
  ].join('\n');
}
