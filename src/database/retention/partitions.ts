import { StartError } from '../../config/start-error.js';
import { type PgClient } from '../connections/pg-client.js';
import { type DatabaseAddress } from '../start/await-server.js';
import { onOwnConnection } from '../start/own-connection.js';
import { startErrorOf } from '../start/start-failure.js';
import { monthOf } from './months.js';
import {
  DROP_MARK,
  endsBefore,
  leftBehind,
  missingMonths,
  monthsAhead,
  type Partition,
  partitionsOf,
} from './partition-catalog.js';
import { detach, makePartition, patiently, run } from './partition-statements.js';

/** Fewer than that are a warning. */
const FEW_MONTHS = 2;

/** A lock that is waited for stops whoever comes after: a short wait, and another try. */
const LIMITS = `SET lock_timeout = '2s'; SET statement_timeout = '60s'`;

/** Where what is made and missing is logged. */
export interface PartitionLogger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

/**
 * Makes and drops the partitions of tables, over a connection of its own: as the owner, past a pooler,
 * where DATABASE_DIRECT_URL is set.
 */
export class Partitions {
  constructor(
    private readonly address: DatabaseAddress,
    private readonly logger: PartitionLogger,
  ) {}

  /**
   * Makes the partitions of the month of `now` and of the next three, where they are missing. Without the
   * right to do so it warns when less than two months are left, and throws a StartError when the current one
   * has none: nothing could be recorded.
   */
  async makeAhead(tables: readonly string[], now: Date): Promise<void> {
    await this.connected(async (client) => {
      for (const table of tables) await this.makeAheadOf(client, table, now);
    });
  }

  /** The partitions that hold nothing from `before` on. */
  async endedBefore(table: string, before: Date): Promise<Partition[]> {
    return this.connected(async (client) =>
      (await partitionsOf(client, table)).filter((partition) => endsBefore(partition, before)),
    );
  }

  /**
   * Drops the partitions that hold nothing from `before` on (undefined: none), and those that an interrupted
   * run left; adds the name of each to `dropped`. A partition is detached first, while requests go on.
   */
  async drop(
    table: string,
    before: Date | undefined,
    dropped: string[],
    signal?: AbortSignal,
  ): Promise<void> {
    await this.connected(async (client) => {
      const isOld = (partition: Partition): boolean =>
        before !== undefined && endsBefore(partition, before);
      for (const partition of await partitionsOf(client, table)) {
        // Until its detach has ended, no other partition can be detached.
        if (partition.detaching) await detach(client, table, partition, signal);
        else if (partition.marked && !isOld(partition))
          await mark(client, partition, 'NULL', signal);
      }
      for (const left of await leftBehind(client, table)) {
        await dropTable(client, left, signal);
        dropped.push(left.name);
      }
      for (const partition of (await partitionsOf(client, table)).filter(isOld)) {
        await mark(client, partition, `'${DROP_MARK}'`, signal);
        await detach(client, table, partition, signal);
        await dropTable(client, partition, signal);
        dropped.push(partition.name);
      }
    });
  }

  private async makeAheadOf(client: PgClient, table: string, now: Date): Promise<void> {
    let failure: unknown;
    try {
      for (const { name } of missingMonths(await partitionsOf(client, table), now)) {
        const made = await patiently(undefined, () => makePartition(client, table, name, now));
        if (made) this.logger.info({ table, month: name }, 'partition made');
      }
    } catch (error) {
      failure = error;
    }
    if (failure === undefined) return;
    const ahead = monthsAhead(await partitionsOf(client, table), now);
    const cause = startErrorOf(failure, this.address);
    if (ahead < 0) {
      throw cause instanceof StartError
        ? new StartError(
            `${table} has no partition for ${monthOf(now).name.replace('_', '-')}, so that nothing could be recorded. ${cause.message}`,
            { cause: failure },
          )
        : cause;
    }
    if (ahead < FEW_MONTHS) {
      this.logger.warn(
        { table, monthsAhead: ahead, err: failure },
        `${table} has partitions for ${ahead === 0 ? 'this month only' : 'one more month'}, and no more could be made: let DATABASE_DIRECT_URL name the owner of the tables, or let the owner run npm run retention`,
      );
    }
  }

  private connected<T>(work: (client: PgClient) => Promise<T>): Promise<T> {
    return onOwnConnection(this.address.url, 'partitions', async (client) => {
      await run(client, LIMITS);
      return work(client);
    });
  }
}

type Named = Pick<Partition, 'sqlName'>;

/** Sets the comment of a partition, by which a later run knows what to drop. */
function mark(
  client: PgClient,
  { sqlName }: Named,
  comment: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  return patiently(signal, () => run(client, `COMMENT ON TABLE ${sqlName} IS ${comment}`));
}

function dropTable(
  client: PgClient,
  { sqlName }: Named,
  signal: AbortSignal | undefined,
): Promise<void> {
  return patiently(signal, () => run(client, `DROP TABLE IF EXISTS ${sqlName}`));
}
