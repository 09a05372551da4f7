import { type QueryResultRow } from 'pg';
import { type Logger } from 'pino';
import { PollPause } from '../../kernel/poll-pause.js';
import { type Query, type Statement } from '../connections/statement.js';
import { parseWalPosition, type WalPosition } from '../../kernel/wal-position.js';
import { type TransactionRunner, type WorkOptions } from '../transactions/transaction-runner.js';
import { MAX_LAG_MS, PrimaryPositions } from './primary-positions.js';

/** The members of a runner that reads need. */
type Reader = Pick<TransactionRunner, 'read'>;

/** Whom the replica asks: each probe has connections that no reader uses up. */
export interface ReplicaConnections {
  /** Of the readers, to the replica. */
  readonly readers: Reader;
  readonly probe: Reader;
  readonly primary: Reader;
  /** Closes the connections to the replica. */
  end(): Promise<void>;
}

/** How often the primary and the replica are asked where they are, in ms. */
const PROBE_EVERY_MS = 500;
/** Longest answer to that, in ms. */
const PROBE_LIMIT_MS = 1000;

const PRIMARY_POSITION: Statement = {
  name: 'primary_position',
  text: 'SELECT pg_current_wal_lsn()::text AS position',
};
/** No row from a server that is no standby, as after it was promoted: it may be an old primary. */
const REPLICA_POSITION: Statement = {
  name: 'replica_position',
  text: 'SELECT pg_last_wal_replay_lsn()::text AS position WHERE pg_is_in_recovery()',
};

/**
 * A streaming replica for reads. Each read also asks, before its statements and over the same connection, up
 * to where the replica has replayed: so its rows are what they must be, also where the address leads to
 * several replicas.
 */
export class Replica {
  private readonly positions = new PrimaryPositions();
  /** Why the replica is not read now, for the log. */
  private excluded: string | undefined = 'not asked yet';
  /** Aborts what waits for the replica when it is found to be away. */
  private outage = new AbortController();
  private probing: Promise<void> | undefined;
  private readonly pause = new PollPause();
  private stopped = false;

  constructor(
    private readonly connections: ReplicaConnections,
    private readonly logger: Logger,
  ) {}

  /**
   * Runs reads, in one round trip. Undefined if the replica is away, lags too much, or has not replayed
   * `after`: the primary must be asked then. Never rejects: whatever fails here is tried there.
   */
  async read(
    queries: readonly Query[],
    after: WalPosition | undefined,
    options: WorkOptions,
  ): Promise<QueryResultRow[][] | undefined> {
    this.probing ??= this.probe();
    if (this.excluded !== undefined) return undefined;
    const { signal } = this.outage;
    const asked = [{ statement: REPLICA_POSITION, values: [] }, ...queries];
    const answer = this.connections.readers.read(asked, options).catch(() => undefined);
    const answered = await unlessAborted(answer, signal);
    if (answered === undefined) return undefined;
    const [position, ...rows] = answered;
    const replayed = positionIn(position);
    if (replayed === undefined || (after !== undefined && replayed < after)) return undefined;
    if (this.positions.lagOf(replayed, performance.now()) > MAX_LAG_MS) return undefined;
    return rows;
  }

  /** Ends the probes and closes the connections. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.pause.wake();
    await this.probing;
    await this.connections.end();
  }

  private async probe(): Promise<void> {
    while (!this.stopped) {
      this.pause.begin();
      await this.look();
      await this.pause.wait(PROBE_EVERY_MS);
    }
  }

  private async look(): Promise<void> {
    const { primary, probe } = this.connections;
    const at = performance.now();
    const [written, replayed] = await Promise.all([
      ask(primary, PRIMARY_POSITION),
      ask(probe, REPLICA_POSITION),
    ]);
    // Without an answer of the primary, what is known of it ages, until nothing is young enough.
    if (typeof written === 'bigint') this.positions.add(at, written);
    if (typeof replayed !== 'bigint') {
      this.exclude(replayed === undefined ? 'it is no standby' : 'it is away', replayed);
    } else if (this.positions.lagOf(replayed, performance.now()) > MAX_LAG_MS) {
      this.exclude(`it lags by more than ${MAX_LAG_MS} ms`);
    } else if (this.excluded !== undefined) {
      this.excluded = undefined;
      this.outage = new AbortController();
      this.logger.info('lists are read from the replica');
    }
  }

  private exclude(reason: string, err?: unknown): void {
    if (this.excluded !== reason && !this.stopped) {
      this.logger.warn({ reason, err }, 'the replica is not read: lists are read from the primary');
    }
    this.excluded = reason;
    this.outage.abort();
  }
}

/** The position that a server answers; undefined for none, or the error. */
async function ask(server: Reader, statement: Statement): Promise<WalPosition | undefined | Error> {
  try {
    const [rows] = await server.read([{ statement, values: [] }], { statementMs: PROBE_LIMIT_MS });
    return positionIn(rows);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function positionIn(rows: QueryResultRow[] | undefined): WalPosition | undefined {
  const [row] = (rows ?? []) as { position: string | null }[];
  return parseWalPosition(row?.position ?? '');
}

/** What a promise resolves to, or undefined once the signal has aborted. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  let abort: (() => void) | undefined;
  const aborted = new Promise<undefined>((resolve) => {
    abort = () => resolve(undefined);
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (abort) signal.removeEventListener('abort', abort);
  }
}
