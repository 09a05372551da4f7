import { Gauge, type Registry } from 'prom-client';
import { type Logger } from 'pino';
import { type DutyTransactions } from '../database/transactions/duty-transactions.js';
import { CachedReading } from './cached-reading.js';
import * as sql from './database-figures.sql.js';

/** How long what was read is shown, and how long a scrape waits for it, in ms. */
const FRESH_MS = 5000;
const LIMIT_MS = 3000;
/** Longest statement of a scrape, in ms: PostgreSQL ends it. */
const STATEMENT_MS = 2000;

type Aged<Name extends string = never> = Record<Name, string> & { readonly age: number };
type Reading = Awaited<ReturnType<DatabaseMetrics['read']>>;

/**
 * What only the database knows: the backlogs of all processes together. Read when it is scraped, by indexes
 * and up to a limit. While the database does not answer, these are left out, and the others are shown.
 */
export class DatabaseMetrics {
  private readonly reading: CachedReading<Reading>;
  private readonly jobs;
  private readonly dueJobs;
  private readonly lags;
  private readonly horizon;
  private readonly dueDeliveries;
  private readonly failed;

  constructor(
    registry: Registry,
    private readonly duties: DutyTransactions,
    private readonly jobTypes: () => string[],
    private readonly logger: Logger,
  ) {
    const times = { freshMs: FRESH_MS, limitMs: LIMIT_MS };
    this.reading = new CachedReading(() => this.read(), times);
    const gauge = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
      new Gauge<Label>({ name, help, labelNames, registers: [registry] });
    this.jobs = gauge(
      'nba_jobs',
      `Jobs in the queue that all processes share, by state: waiting, retrying, running or dead_lettered; up to ${sql.COUNTED_JOBS} of each type and state.`,
      ['type', 'state'],
    );
    this.dueJobs = gauge(
      'nba_job_oldest_due_age_seconds',
      'How long the oldest due job of a type waits for a worker; 0: none is due.',
      ['type'],
    );
    this.lags = gauge(
      'nba_feed_consumer_lag_seconds',
      'Age of the oldest event that a consumer of the event feed has not passed; 0: none.',
      ['consumer'],
    );
    this.horizon = gauge(
      'nba_feed_horizon_age_seconds',
      'Age of the oldest event that an open transaction still hides from every reader of the feed; 0: none.',
      [],
    );
    this.dueDeliveries = gauge(
      'nba_webhook_oldest_due_age_seconds',
      'How long the oldest due webhook delivery waits for its try; 0: none is due.',
      [],
    );
    this.failed = gauge(
      'nba_database_scrape_failed',
      '1 if the database did not answer this scrape in time: what is read from it is left out; else 0.',
      [],
    );
  }

  /** Reads what is not fresh any more and shows it. Never rejects. */
  async refresh(): Promise<void> {
    const reading = await this.reading.get();
    for (const labelled of [this.jobs, this.dueJobs, this.lags]) labelled.reset();
    this.failed.set(reading ? 0 : 1);
    if (!reading) {
      for (const single of [this.horizon, this.dueDeliveries]) single.remove();
      return;
    }
    for (const { type, state, count } of reading.jobs) this.jobs.set({ type, state }, count);
    for (const { type, age } of reading.dueJobs) this.dueJobs.set({ type }, age);
    for (const { name: consumer, age } of reading.lags) this.lags.set({ consumer }, age);
    this.horizon.set(reading.horizon[0]?.age ?? 0);
    this.dueDeliveries.set(reading.dueDeliveries[0]?.age ?? 0);
  }

  private async read() {
    const types = this.jobTypes();
    try {
      return await this.duties.run(
        async (tx) => {
          const [jobs, dueJobs, lags, horizon, dueDeliveries] = await Promise.all([
            tx.query<{ type: string; state: string; count: number }>(sql.COUNT_JOBS, [types]),
            tx.query<Aged<'type'>>(sql.OLDEST_DUE_JOBS, [types]),
            tx.query<Aged<'name'>>(sql.CONSUMER_LAGS),
            tx.query<Aged>(sql.HORIZON_AGE),
            tx.query<Aged>(sql.OLDEST_DUE_DELIVERY),
          ]);
          return { jobs, dueJobs, lags, horizon, dueDeliveries };
        },
        { caller: 'metrics', statementMs: STATEMENT_MS },
      );
    } catch (err) {
      this.logger.debug({ err }, 'the database could not be read for the metrics');
      throw err;
    }
  }
}
