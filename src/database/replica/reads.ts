import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type QueryResultRow } from 'pg';
import { type Actor } from '../../kernel/actor.js';
import { REPLICA_READS } from '../../kernel/observation/operations.js';
import { type Query, type Statement } from '../connections/statement.js';
import { type WalPosition } from '../../kernel/wal-position.js';
import { type CommitPositions } from '../transactions/commit-positions.js';
import { TransactionRunner } from '../transactions/transaction-runner.js';
import { type Replica } from './replica.js';

/** On whose behalf something is read. */
export interface ReadOptions {
  readonly caller: Actor;
  /**
   * Whether the rows of the replica will do, where what is asked for may be younger than they are; else the
   * primary is asked.
   */
  readonly enough?: (rows: readonly QueryResultRow[][]) => boolean;
}

/** A replica, and what callers must see of it. */
export interface ReplicaOfPrimary {
  readonly replica: Replica;
  /** Commits of this process. */
  readonly commits: CommitPositions;
}

/**
 * Reads of lists, summaries, the feed and exports: from the replica where there is one, else from the
 * primary. A caller sees what it wrote. Whatever decides something, and every read of a single row by its
 * id, asks the primary: use TransactionRunner for these.
 */
@Injectable()
export class Reads implements OnApplicationShutdown {
  constructor(
    private readonly primary: TransactionRunner,
    private readonly second?: ReplicaOfPrimary,
  ) {}

  /** Runs one statement and returns its rows. */
  async query<Row extends QueryResultRow>(
    statement: Statement,
    values: unknown[],
    options: ReadOptions,
  ): Promise<Row[]> {
    const [rows] = await this.read([{ statement, values }], options);
    return (rows ?? []) as Row[];
  }

  /** Runs several statements on one connection in one round trip and returns the rows of each. */
  async read(
    queries: readonly Query[],
    { caller, enough }: ReadOptions,
  ): Promise<QueryResultRow[][]> {
    // The system reads what its own work left, in any process.
    if (this.second && caller.id !== null) {
      const { replica, commits } = this.second;
      const after = later(commits.of(caller), caller.ownWrites?.after);
      const rows = await replica.read(queries, after, { caller });
      const isEnough = rows !== undefined && (enough?.(rows) ?? true);
      REPLICA_READS.happened({ server: isEnough ? 'replica' : 'primary' });
      if (isEnough) return rows;
    }
    return this.primary.read(queries, { caller });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.second?.replica.stop();
  }
}

function later(a: WalPosition | undefined, b: WalPosition | undefined): WalPosition | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a > b ? a : b;
}
