import { type Provider } from '@nestjs/common';
import { IsOptional, IsString } from 'class-validator';
import { TransactionRunner } from '../../src/database/transactions/transaction-runner.js';
import { type Transaction } from '../../src/database/transactions/transaction.js';
import { JobHandler, type JobContext } from '../../src/jobs/handlers/job-handler.js';
import { JobsService, type NewJob } from '../../src/jobs/queue/jobs.service.js';
import { type TestApp } from './app.js';
import { eventually } from './eventually.js';

/** Settings with short pauses, for fast tests. */
export const QUICK_JOBS = {
  JOB_POLL_MS: '20',
  JOB_BACKOFF_MS: '20,20,20',
  JOB_HEARTBEAT_MS: '50',
  JOB_STALE_MS: '10000',
  JOB_DRAIN_MS: '2000',
};

/** The payload of the test jobs. */
export class ProbePayload {
  @IsString()
  word!: string;

  @IsOptional()
  @IsString()
  apiToken?: string;
}

declare module '../../src/jobs/handlers/job-types.js' {
  interface JobTypes {
    'test.probe': ProbePayload;
    'test.twice': ProbePayload;
    'test.once': ProbePayload;
  }
}

/** The types of the tests. */
export type ProbeType = 'test.probe' | 'test.twice' | 'test.once';

type Work = (context: JobContext<ProbePayload>) => Promise<void> | void;

/** A job type for tests, whose work the test defines; records every run. */
export class Probe {
  readonly runs: JobContext<ProbePayload>[] = [];
  work: Work = () => undefined;

  /** The provider that brings the type, by default with a time limit of 10 s. */
  provider(
    timeoutMs = 10_000,
    { type = 'test.probe', backoffMs }: { type?: ProbeType; backoffMs?: number[] } = {},
  ): Provider {
    const { runs } = this;
    const work: Work = (context) => this.work(context);

    class ProbeHandler {
      async handle(context: JobContext<ProbePayload>): Promise<void> {
        runs.push(context);
        await work(context);
      }
    }
    const definition = { payload: ProbePayload, timeoutMs, ...(backoffMs ? { backoffMs } : {}) };
    JobHandler(type, definition)(ProbeHandler);
    return ProbeHandler;
  }
}

type ProbeJob = Omit<NewJob<ProbeType>, 'type' | 'payload'> & {
  type?: ProbeType;
  payload?: ProbePayload;
};

/** Enqueues a job of the tests' own types in a transaction. */
export function enqueueIn(app: TestApp, tx: Transaction, job: ProbeJob = {}): Promise<string> {
  return app
    .get(JobsService)
    .enqueue(tx, { type: 'test.probe', payload: { word: 'hello' }, ...job });
}

/** The same in a transaction of its own. */
export function enqueue(app: TestApp, job: ProbeJob = {}): Promise<string> {
  return app.get(TransactionRunner).run((tx) => enqueueIn(app, tx, job));
}

/** A job as the API shows it. */
export interface ShownJob {
  id: string;
  state: string;
  type: string;
  payload: Record<string, unknown>;
  nextActionId: string | null;
  attempts: number;
  lastErrorCode: string | null;
  lastErrorMessage: string | null;
  tries: {
    attempt: number;
    status: string;
    errorCode: string | null;
    errorMessage: string | null;
    workerId: string;
  }[];
}

export async function showJob(app: TestApp, id: string): Promise<ShownJob> {
  const answer = await app.api.get(`/api/jobs/${id}`).expect(200);
  return answer.body as ShownJob;
}

/** Waits until a job is in this state. */
export function untilJob(app: TestApp, id: string, state: string): Promise<void> {
  return eventually(`job ${state}`, async () => (await showJob(app, id)).state === state);
}

/** A promise that the test settles. */
export function gate(): { open: () => void; opened: Promise<void> } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}
