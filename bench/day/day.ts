import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { Desk } from '../desk.js';
import { runLine } from '../report.js';
import { clusterCpuSeconds } from '../server-processes.js';
import { Servers } from '../servers.js';
import { growthPerPress, readDatabase, sized } from './measured.js';
import { PEAK_SHARE, pressesByHour } from './profile.js';
import { Replay } from './replay.js';

/** The day that is asked about. */
const PRESSES_A_DAY = 10_000_000;
const DAYS_A_MONTH = 30;
const SCOPE_SIZE = 500;

/** How much of the day is replayed. */
export interface DayOptions {
  readonly folder: string;
  /** Built sources. */
  readonly dist: string;
  readonly presses: number;
  readonly connections: number;
  readonly progress?: (line: string) => void;
}

/** What the sample took. */
interface Measured {
  readonly seconds: number;
  readonly serverCpu: number;
  readonly databaseCpu: number;
  readonly wal: number;
  readonly growth: readonly (readonly [table: string, bytes: number])[];
}

/**
 * Replays a sample of a day, hour by hour without the time between, against a built server on a durable
 * PostgreSQL, and returns what that means for the whole day as Markdown. Throws if an answered press is not
 * on record exactly once.
 */
export async function benchDay(options: DayOptions): Promise<string> {
  const { folder, dist, presses, connections, progress = () => undefined } = options;
  const database = await startEmbeddedPostgres({ dataDir: join(folder, 'data') });
  const servers = new Servers(database.url, folder);
  const desk = new Desk(database.url, SCOPE_SIZE);
  const client = new Client({ connectionString: database.url });
  try {
    const server = await servers.startServer('server', dist);
    await client.connect();
    await desk.open();
    const token = await servers.token(server);
    const port = Number(new URL(server.url).port);
    const replay = new Replay({ port, token, connections }, () => desk.next());
    const postmaster = await clusterCpuSeconds(client);
    // The first presses compile code and open connections.
    await desk.prepare(SCOPE_SIZE);
    await replay.press(Math.min(200, SCOPE_SIZE));
    const warm = replay.answered.presses;
    const before = await readDatabase(client);
    const cpu = { server: server.cpuSeconds() ?? NaN, database: postmaster() };
    let seconds = 0;
    for (const [hour, count] of pressesByHour(presses).entries()) {
      await desk.prepare(count);
      const begun = performance.now();
      await replay.press(count);
      seconds += (performance.now() - begun) / 1000;
      progress(`hour ${hour}: ${count} presses`);
    }
    const after = await readDatabase(client);
    const measured: Measured = {
      seconds,
      serverCpu: ((server.cpuSeconds() ?? NaN) - cpu.server) / presses,
      databaseCpu: (postmaster() - cpu.database) / presses,
      wal: (after.wal - before.wal) / presses,
      growth: growthPerPress(before.sizes, after.sizes, presses),
    };
    const { answered } = replay;
    const recorded = await desk.executions();
    if (recorded !== answered.presses + answered.undos) {
      throw new Error(
        `${answered.presses} presses and ${answered.undos} undos were answered, and ${recorded} are on record with an event.`,
      );
    }
    if (answered.presses !== warm + presses) throw new Error('Some presses were not sent.');
    replay.close();
    return report(measured, options);
  } finally {
    await client.end().catch(() => undefined);
    await desk.close();
    await servers.stop();
    await database.stop();
  }
}

function report(measured: Measured, { presses, connections }: DayOptions): string {
  const { seconds, serverCpu, databaseCpu, wal, growth } = measured;
  const peak = (PRESSES_A_DAY * PEAK_SHARE) / 3600;
  const all = growth.reduce((sum, [, bytes]) => sum + bytes, 0);
  const month = (bytes: number): string => sized(bytes * PRESSES_A_DAY * DAYS_A_MONTH);
  const cores = (cpu: number): string => (peak * cpu).toFixed(1);
  return [
    `${runLine()}: ${presses} presses over ${connections} connections, ${(presses / seconds).toFixed(0)} a second; load, server and database share the machine.`,
    '',
    '| of a press | server | PostgreSQL |',
    '| --- | --- | --- |',
    `| CPU time | ${(serverCpu * 1000).toFixed(2)} ms | ${(databaseCpu * 1000).toFixed(2)} ms |`,
    `| presses a second for each core | **${(1 / serverCpu).toFixed(0)}** | **${(1 / databaseCpu).toFixed(0)}** |`,
    `| cores that are busy in the peak hour of ${(PRESSES_A_DAY / 1e6).toFixed(0)} million a day, ${peak.toFixed(0)} a second | ${cores(serverCpu)} | ${cores(databaseCpu)} |`,
    '',
    `| grows by | a press | a month of ${(PRESSES_A_DAY / 1e6).toFixed(0)} million a day |`,
    '| --- | --- | --- |',
    ...growth.map(([name, bytes]) => `| \`${name}\` | ${sized(bytes)} | ${month(bytes)} |`),
    `| all tables, with their indexes | **${sized(all)}** | **${month(all)}** |`,
    `| write-ahead log, with full pages | ${sized(wal)} | ${month(wal)} |`,
  ].join('\n');
}
