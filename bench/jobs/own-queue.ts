import { type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IsInt } from 'class-validator';
import { AppModule } from '../../src/app.module.js';
import { readEnv } from '../../src/config/env.js';
import { TransactionRunner } from '../../src/database/transactions/transaction-runner.js';
import { JobHandler } from '../../src/jobs/handlers/job-handler.js';
import { JobsService } from '../../src/jobs/queue/jobs.service.js';
import { createLogger } from '../../src/logging/logger.js';
import { type JobContestant } from './contestant.js';

const TYPE = 'bench.empty';
/** Jobs of a transaction that enqueues. */
const CHUNK = 100;

class EmptyPayload {
  @IsInt()
  n!: number;
}

declare module '../../src/jobs/handlers/job-types.js' {
  interface JobTypes {
    'bench.empty': EmptyPayload;
  }
}

/** The worker of this application: the whole application, as `npm run worker` starts it. */
export class OwnQueue implements JobContestant {
  readonly name = 'jobs';
  readonly tables = 'jobs, job_attempts';
  private enqueuer: INestApplicationContext | undefined;
  private ran: () => void = () => undefined;

  constructor(private readonly databaseUrl: string) {}

  async install(): Promise<void> {
    this.enqueuer = await this.start({ WORKER: 'false' });
  }

  async enqueue(count: number): Promise<void> {
    const app = this.enqueuer!;
    const jobs = app.get(JobsService, { strict: false });
    for (let from = 0; from < count; from += CHUNK) {
      const length = Math.min(CHUNK, count - from);
      await app
        .get(TransactionRunner, { strict: false })
        .run((tx) =>
          Promise.all(
            Array.from({ length }, (_, n) =>
              jobs.enqueue(tx, { type: TYPE, payload: { n: from + n } }),
            ),
          ),
        );
    }
  }

  async work(concurrency: number, ran: () => void, done: Promise<void>): Promise<void> {
    this.ran = ran;
    const app = await this.start({ WORKER: 'true', JOB_CONCURRENCY: String(concurrency) });
    await done;
    await app.close();
  }

  async left(): Promise<number> {
    const text = `SELECT count(*)::int AS count FROM jobs WHERE state <> 'completed'`;
    const [row] = await this.enqueuer!.get(TransactionRunner, { strict: false }).query<{
      count: number;
    }>({ name: 'count', text });
    return row!.count;
  }

  async close(): Promise<void> {
    await this.enqueuer?.close();
  }

  private start(settings: Record<string, string>): Promise<INestApplicationContext> {
    const env = readEnv({ LOG_LEVEL: 'warn', DATABASE_URL: this.databaseUrl, ...settings });
    const application = AppModule.register({
      env,
      secrets: {
        jwtSecret: 'x'.repeat(32),
        admin: undefined,
        webhookEncryptionKeys: [],
        adminPasswordFile: undefined,
      },
      databaseUrl: this.databaseUrl,
      logger: createLogger(env.logLevel),
    });
    const ran = (): void => this.ran();
    class EmptyHandler {
      handle(): Promise<void> {
        ran();
        return Promise.resolve();
      }
    }
    JobHandler(TYPE, { payload: EmptyPayload })(EmptyHandler);
    const providers = [...(application.providers ?? []), EmptyHandler];
    return NestFactory.createApplicationContext({ ...application, providers }, { logger: false });
  }
}
