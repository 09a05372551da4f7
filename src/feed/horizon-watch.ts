import { Inject, Injectable } from '@nestjs/common';
import { type QueryResultRow } from 'pg';
import { type Logger } from 'pino';
import { LOGGER } from '../logging/logger.js';
import { type Statement } from '../database/connections/statement.js';
import { TransactionRunner } from '../database/transactions/transaction-runner.js';
import { type FeedState } from './feed.sql.js';

/** How long one transaction may hold the horizon before it is logged, in ms. */
const LAG_LIMIT_MS = 10_000;

/**
 * Who holds the horizon. Only transactions that have an id do, of any database of the cluster: the open one
 * of a session, or a prepared one. A long read, its snapshot (backend_xmin) or a replication slot does not.
 * What a session runs is not shown, because it may hold a secret. Without the rights of pg_read_all_stats,
 * state and age of another role's session are null.
 */
const HOLDER: Statement = {
  name: 'feed_horizon_holder',
  text: `
    SELECT pid, application_name AS "applicationName", datname AS database, usename AS user, state,
      (extract(epoch FROM clock_timestamp() - xact_start) * 1000)::bigint::float8 AS "ageMs",
      NULL AS "preparedTransaction"
    FROM pg_stat_activity WHERE backend_xid = $1::text::xid8::xid
    UNION ALL
    SELECT NULL, NULL, database, owner, 'prepared',
      (extract(epoch FROM clock_timestamp() - prepared) * 1000)::bigint::float8, gid
    FROM pg_prepared_xacts WHERE transaction = $1::text::xid8::xid`,
};

/** One transaction that holds the horizon. */
interface Episode {
  readonly xid: string;
  readonly since: number;
  logged: boolean;
}

/**
 * Logs, once, when an open transaction holds back the feed for over 10 s. It learns where the transactions
 * stand from the reads of the feed; while nobody reads, nothing is held back.
 */
@Injectable()
export class HorizonWatch {
  private episode: Episode | undefined;

  constructor(
    private readonly transactions: TransactionRunner,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Takes note of where the transactions stand, at a time in ms. */
  note({ xmin, xmax }: Pick<FeedState, 'xmin' | 'xmax'>, now = Date.now()): void {
    const before = this.episode;
    if (before !== undefined && before.xid !== xmin) {
      this.episode = undefined;
      if (before.logged) {
        const heldMs = now - before.since;
        this.logger.info({ heldMs }, 'the event feed is no longer held back');
      }
    }
    // Equal: no transaction has ended that began after the oldest open one.
    if (xmin === xmax) {
      this.episode = undefined;
      return;
    }
    this.episode ??= { xid: xmin, since: now, logged: false };
    const { episode } = this;
    if (episode.logged || now - episode.since < LAG_LIMIT_MS) return;
    episode.logged = true;
    void this.warn(xmin, now - episode.since);
  }

  /** Never rejects: the reads go on. */
  private async warn(xid: string, heldMs: number): Promise<void> {
    let holder: QueryResultRow | undefined;
    try {
      [holder] = await this.transactions.query(HOLDER, [xid]);
    } catch (err) {
      this.logger.debug({ err }, 'the transaction that holds back the feed could not be looked up');
    }
    this.logger.warn(
      { heldMs, xid, ...holder },
      'an open transaction holds back the event feed: events that committed after it began wait for its end',
    );
  }
}
