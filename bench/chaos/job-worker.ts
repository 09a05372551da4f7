/**
 * A worker of the product with two types of jobs of its own, for the drills of the queue. It writes a
 * line into CHAOS_JOURNAL as each attempt begins, and sends a message once it runs.
 */
import { openSync, writeSync } from 'node:fs';
import { Inject } from '@nestjs/common';
import { ModuleRef, NestFactory } from '@nestjs/core';
import { IsInt } from 'class-validator';
import { AppModule } from '../../src/app.module.js';
import { readEnv } from '../../src/config/env.js';
import { TransactionRunner } from '../../src/database/transactions/transaction-runner.js';
import { type JobContext, JobHandler } from '../../src/jobs/handlers/job-handler.js';
import { JobsService } from '../../src/jobs/queue/jobs.service.js';
import { createLogger } from '../../src/logging/logger.js';

/** A step of a chain of jobs: each enqueues the next one. */
class StepPayload {
  @IsInt()
  chain!: number;

  @IsInt()
  step!: number;

  @IsInt()
  last!: number;
}

class NumberPayload {
  @IsInt()
  n!: number;
}

declare module '../../src/jobs/handlers/job-types.js' {
  interface JobTypes {
    'chaos.number': NumberPayload;
    'chaos.step': StepPayload;
  }
}

const INSERT_EFFECT = {
  name: 'chaos_effect',
  text: `
    INSERT INTO chaos_effects (job_id, chain, step) VALUES ($1, $2, $3)
    ON CONFLICT (job_id) DO NOTHING RETURNING job_id`,
};

const journal = openSync(process.env.CHAOS_JOURNAL!, 'a');
/** A write of the operating system, so that the line survives a SIGKILL. */
function note({ jobId, attempt }: JobContext): void {
  writeSync(journal, `${jobId} ${attempt}\n`);
}

class NumberHandler {
  handle(context: JobContext): Promise<void> {
    note(context);
    return Promise.resolve();
  }
}
JobHandler('chaos.number', { payload: NumberPayload })(NumberHandler);

class StepHandler {
  constructor(@Inject(ModuleRef) private readonly modules: ModuleRef) {}

  /** As docs/jobs.md asks of a handler: all in one transaction, and nothing where it was done before. */
  async handle(context: JobContext<StepPayload>): Promise<void> {
    note(context);
    const { chain, step, last } = context.payload;
    await this.modules.get(TransactionRunner, { strict: false }).run(async (tx) => {
      const done = await tx.query(INSERT_EFFECT, [context.jobId, chain, step]);
      if (done.length === 0 || step === last) return;
      await this.modules.get(JobsService, { strict: false }).enqueue(tx, {
        type: 'chaos.step',
        payload: { chain, step: step + 1, last },
        dedupeKey: `${chain}/${step + 1}`,
      });
    });
  }
}
JobHandler('chaos.step', { payload: StepPayload })(StepHandler);

const env = readEnv(process.env);
const application = AppModule.register({
  env,
  secrets: {
    jwtSecret: 'x'.repeat(32),
    admin: undefined,
    webhookEncryptionKeys: [],
    adminPasswordFile: undefined,
  },
  databaseUrl: process.env.DATABASE_URL!,
  logger: createLogger(env.logLevel),
});
const providers = [...(application.providers ?? []), NumberHandler, StepHandler];
const app = await NestFactory.createApplicationContext(
  { ...application, providers },
  { logger: false },
);
process.send?.('runs');
process.on('SIGTERM', () => void app.close().then(() => process.exit(0)));
