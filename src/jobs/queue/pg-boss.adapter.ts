import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import PgBoss from 'pg-boss';
import { type Logger } from 'pino';
import { DataSource } from 'typeorm';
import { databaseFailureOf } from '../../kernel/errors/database-failure.js';
import { LOGGER } from '../../logging/logger.js';
import { redactError } from '../../kernel/redaction/redaction.js';
import { databaseSetting } from '../../config/database-setting.js';
import { ENV, type Env } from '../../config/env.js';
import { ConfigError } from '../../config/start-error.js';
import { APPLICATION_NAME, type PostgresOptions } from '../../database/start/data-source.js';
import { MIGRATION_WAIT_MS } from '../../database/start/migrate.js';
import { PgClient } from '../../database/connections/pg-client.js';
import { startErrorOf } from '../../database/start/start-failure.js';
import { withStartLock } from '../../database/start/start-lock.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { JobHandlerRegistry } from '../handlers/job-handler.registry.js';
import { JOB_TYPES } from '../handlers/job-types.js';

/** Installs the library's schema: the bytes of "nbaj". */
const INSTALL_LOCK = { key: 0x6e62616a, purpose: 'prepares the job queue' };

const CONNECT_LIMIT_MS = 5000;
/** Longest statement of the installation, in ms: it may convert a table of jobs. */
const INSTALL_LIMIT_MS = 10 * 60_000;

/** Completed and cancelled jobs are listed for 3 days, dead letters for 30. */
const ARCHIVE_COMPLETED_S = 3 * 24 * 3600;
const ARCHIVE_FAILED_S = 30 * 24 * 3600;

/** A job to be sent; the key is unique among the jobs of its type that wait for their first attempt. */
export interface SentJob {
  readonly id: string;
  readonly type: string;
  /** The payload, and what is kept beside it. */
  readonly data: object;
  readonly key: string;
  readonly runAfter: Date | undefined;
}

/** A job that cron sends: its type and payload, and the setting that holds its cron expression. */
export interface Schedule {
  readonly type: string;
  readonly payload: object;
  readonly setting: string;
  readonly cron: string | undefined;
}

/**
 * pg-boss on the application's own pool: its schema and queues, sending in the caller's transaction, cron,
 * and the archive of ended jobs. Its worker and its expiry are not used: see JobWorker.
 */
@Injectable()
export class Boss {
  private readonly boss: PgBoss;
  private readonly queues = new Set<string>();
  private cronRuns = false;
  private installed: Promise<void> | undefined;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    transactions: TransactionRunner,
    private readonly registry: JobHandlerRegistry,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.boss = new PgBoss({
      db: { executeSql: (text, values) => transactions.executeSql(text, values) },
      migrate: false,
      // Its maintenance would also expire jobs by a fixed time limit; we use heartbeats instead.
      supervise: false,
      archiveCompletedAfterSeconds: ARCHIVE_COMPLETED_S,
      archiveFailedAfterSeconds: ARCHIVE_FAILED_S,
      deleteAfterDays: 1,
      retentionDays: 365,
    });
    this.boss.on('error', (error) =>
      this.logger.warn({ err: redactError(error) }, 'the job library reported an error'),
    );
  }

  /**
   * Installs or migrates the library's schema and makes the queues, one process at a time, on a
   * connection of its own without the time limits of requests. Only the first call does it.
   */
  install(): Promise<void> {
    return (this.installed ??= this.installOnce());
  }

  private async installOnce(): Promise<void> {
    const types = new Set([...Object.keys(JOB_TYPES), ...this.registry.types()]);
    const { url = '' } = this.dataSource.options as PostgresOptions;
    const direct = this.env.databaseDirectUrl ?? url;
    const lock = { logger: this.logger, waitMs: MIGRATION_WAIT_MS };
    const setting = databaseSetting(this.env, 'migrations');
    try {
      await withStartLock(direct, INSTALL_LOCK, lock, () => this.installOver(direct, types));
    } catch (error) {
      throw startErrorOf(error, { url: direct, setting });
    }
  }

  private async installOver(url: string, types: ReadonlySet<string>): Promise<void> {
    const client = new PgClient({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_LIMIT_MS,
      application_name: `${APPLICATION_NAME} install`,
    });
    await client.connect();
    const boss = new PgBoss({
      db: {
        executeSql: (text, values) =>
          client.answerWithin(INSTALL_LIMIT_MS, client.query(text, values)),
      },
      supervise: false,
      schedule: false,
    });
    boss.on('error', () => undefined);
    try {
      await boss.start();
      const present = new Set((await boss.getQueues()).map(({ name }) => name));
      for (const type of types) {
        if (!present.has(type)) await boss.createQueue(type, { name: type, policy: 'short' });
        this.queues.add(type);
      }
      await boss.stop({ graceful: false });
    } finally {
      await client.end();
    }
  }

  /** Ends cron; the pool is not the library's to close. */
  async stop(): Promise<void> {
    if (this.cronRuns) await this.boss.stop({ timeout: 1000 });
    this.cronRuns = false;
  }

  /** The types that have a queue. */
  types(): string[] {
    return [...this.queues];
  }

  /** Sends a job in the caller's transaction; null if a job with the key waits for its first attempt. */
  send(tx: Pick<Transaction, 'executeSql'>, job: SentJob): Promise<string | null> {
    return this.boss.send(job.type, job.data, {
      db: tx,
      id: job.id,
      singletonKey: job.key,
      retryLimit: this.env.jobs.backoffMs.length,
      ...(job.runAfter ? { startAfter: job.runAfter } : {}),
    });
  }

  /** Updates the stored schedules to the configuration, and starts cron if there is any. */
  async startCron(schedules: readonly Schedule[]): Promise<void> {
    const { timeZone, backoffMs } = this.env.jobs;
    for (const { type, payload, setting, cron } of schedules) {
      if (cron === undefined) {
        await this.boss.unschedule(type);
        continue;
      }
      try {
        await this.boss.schedule(type, cron, payload, {
          tz: timeZone,
          retryLimit: backoffMs.length,
        });
      } catch (error) {
        if (databaseFailureOf(error) !== undefined) throw error;
        throw new ConfigError(`${setting} must be a cron expression such as */15 * * * *.`, {
          cause: error,
        });
      }
    }
    if (schedules.every(({ cron }) => cron === undefined)) return;
    this.cronRuns = true;
    await this.boss.start();
  }

  /** Moves jobs that ended long ago to the library's archive, and deletes old rows of the archive. */
  async archive(): Promise<void> {
    // The library's type declarations lack these two, which its maintain() calls.
    const boss = this.boss as PgBoss & { archive(): Promise<void>; drop(): Promise<void> };
    await boss.archive();
    await boss.drop();
  }
}
