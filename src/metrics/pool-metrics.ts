import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type PoolUsage } from '../database/connections/connections.js';
import {
  CONNECTION_WAITS,
  RATE_LIMIT_REFUSALS,
  REPLICA_READS,
  TRANSACTION_RETRIES,
} from '../kernel/observation/operations.js';
import { type End, timed } from './observed.js';

/** Mostly none; 5 s at most. In seconds. */
const WAIT_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5];

/** How a pool is asked for what it has in use, by its name. */
type Pools = Readonly<Record<'main' | 'duty', () => PoolUsage>>;

/** Shows the pools of connections, and counts what waits for them, runs again or is refused. */
export function observePools(registry: Registry, pools: Pools): End {
  const registers = [registry];
  const gauge = (name: keyof PoolUsage, metric: string, help: string): void => {
    new Gauge({
      name: metric,
      help: `${help}, by pool: main (requests and jobs) or duty (health probes, heartbeats, scrapes).`,
      labelNames: ['pool'],
      registers,
      collect() {
        for (const [pool, usage] of Object.entries(pools)) this.set({ pool }, usage()[name]);
      },
    });
  };
  gauge('size', 'nba_database_pool_size', 'Most connections to the database');
  gauge('open', 'nba_database_pool_open', 'Open connections, idle ones included');
  gauge('inUse', 'nba_database_pool_in_use', 'Connections in use');
  gauge('waiting', 'nba_database_pool_waiting', 'Callers that wait for a connection');
  const waits = new Histogram({
    name: 'nba_database_pool_wait_seconds',
    help: 'Wait for a connection, by pool: main, duty, or replica (both pools to it).',
    labelNames: ['pool'],
    buckets: WAIT_BUCKETS,
    registers,
  });
  const retries = new Counter({
    name: 'nba_transaction_retries_total',
    help: 'Transactions and reads that ran again, by reason: retryable (a serialization failure or a deadlock), lost_race, stale, read_only or unavailable (a connection that was replaced).',
    labelNames: ['reason'],
    registers,
  });
  const refusals = new Counter({
    name: 'nba_rate_limit_refusals_total',
    help: 'Requests that a rate limit refused with 429, by limit: execute, run, login and sign_in, bulk, default (all others).',
    labelNames: ['limit'],
    registers,
  });
  const reads = new Counter({
    name: 'nba_replica_reads_total',
    help: 'Reads that a replica may answer, by which server did: replica, or primary where the replica was away, lagged, or had not replayed what the client wrote. None without DATABASE_REPLICA_URL.',
    labelNames: ['server'],
    registers,
  });
  const ends = [
    REPLICA_READS.listen(({ server }) => reads.inc({ server })),
    CONNECTION_WAITS.observe(({ pool }, work) =>
      timed(work, (seconds) => waits.observe({ pool }, seconds)),
    ),
    TRANSACTION_RETRIES.listen(({ reason }) => retries.inc({ reason })),
    RATE_LIMIT_REFUSALS.listen(({ limit }) => refusals.inc({ limit })),
  ];
  return () => ends.forEach((end) => end());
}
