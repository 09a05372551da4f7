import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Cron } from 'croner';
import { type Logger } from 'pino';
import { ENV, type Env } from '../config/env.js';
import { LOGGER } from '../logging/logger.js';
import { type Statement } from '../database/connections/statement.js';
import { TransactionRunner } from '../database/transactions/transaction-runner.js';
import { type JobTypes } from '../jobs/handlers/job-types.js';
import { JobsService } from '../jobs/queue/jobs.service.js';

/** A schedule: what its tick enqueues, and its cron expression. */
export interface Schedule {
  readonly type: keyof JobTypes & `schedule.${string}`;
  readonly payload: JobTypes[Schedule['type']];
  readonly cron: string;
}

/** The dedupe key of a tick: one waits of each schedule. */
export const TICK_KEY = 'tick';

/** Longest pause until a schedule is looked at again, in ms: the clock may be set. */
const LOOK_EVERY_MS = 60_000;
/** Pause after a tick that could not be enqueued, in ms. */
const RETRY_MS = 5000;

/** Removes the schedules that are not set any more. */
const KEEP_SCHEDULES: Statement = {
  name: 'keep_schedules',
  text: `DELETE FROM job_schedules WHERE type <> ALL ($1::text[])`,
};

/** A schedule that is new begins with the instants of the last minute, in which its process may have started. */
const ADD_SCHEDULE: Statement = {
  name: 'add_schedule',
  text: `
    INSERT INTO job_schedules (type, last_tick_at) VALUES ($1, now() - interval '1 minute')
    ON CONFLICT (type) DO NOTHING`,
};

/** Takes the tick of an instant: one row for the first of all processes that asks, none for the others. */
const TAKE_TICK: Statement = {
  name: 'take_tick',
  text: `
    UPDATE job_schedules SET last_tick_at = $2 WHERE type = $1 AND last_tick_at < $2 RETURNING type`,
};

/**
 * Enqueues a job at each instant of a schedule, once whatever the number of processes: the tick is taken in
 * the transaction that enqueues its job. If no process ran at some instants, the next one that starts
 * enqueues one job for all of them.
 */
@Injectable()
export class CronTicks implements OnModuleDestroy {
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly ticking = new Set<Promise<void>>();
  private stopped = false;

  constructor(
    private readonly jobs: JobsService,
    private readonly transactions: TransactionRunner,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Stores which schedules are set, and starts them. */
  async start(schedules: readonly Schedule[]): Promise<void> {
    const types = schedules.map(({ type }) => type);
    await this.transactions.run(async (tx) => {
      await tx.query(KEEP_SCHEDULES, [types]);
      for (const type of types) await tx.query(ADD_SCHEDULE, [type]);
    });
    for (const schedule of schedules) {
      const timezone = this.env.jobs.timeZone;
      this.look(schedule, new Cron(schedule.cron, { mode: '5-part', timezone, paused: true }));
    }
  }

  /** Ends the timers, and waits for a tick that is being enqueued. */
  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    for (const timer of this.timers.values()) clearTimeout(timer);
    await Promise.all(this.ticking);
  }

  private look(schedule: Schedule, cron: Cron): void {
    const ticked = this.tick(schedule, latestInstant(cron, new Date())).then(
      () => Math.min(cron.msToNext() ?? LOOK_EVERY_MS, LOOK_EVERY_MS),
      (error: unknown) => {
        this.logger.warn({ err: error, type: schedule.type }, 'a tick could not be enqueued yet');
        return RETRY_MS;
      },
    );
    const done = ticked.then((pauseMs) => {
      this.ticking.delete(done);
      if (this.stopped) return;
      this.timers.set(
        schedule.type,
        setTimeout(() => this.look(schedule, cron), pauseMs),
      );
    });
    this.ticking.add(done);
  }

  /** Enqueues the job of an instant, unless that of this or a later instant is enqueued already. */
  private async tick({ type, payload }: Schedule, instant: Date | undefined): Promise<void> {
    if (instant === undefined) return;
    await this.transactions.run(async (tx) => {
      if ((await tx.query(TAKE_TICK, [type, instant])).length === 0) return;
      await this.jobs.enqueue(tx, { type, payload, dedupeKey: TICK_KEY });
    });
  }
}

/** The latest instant of the expression that is not after the time; undefined if there was none. */
export function latestInstant(cron: Cron, time: Date): Date | undefined {
  // The library searches in whole seconds, before the one that it is given.
  const second = Math.floor(time.getTime() / 1000);
  return cron.previousRuns(1, new Date((second + 1) * 1000))[0];
}
