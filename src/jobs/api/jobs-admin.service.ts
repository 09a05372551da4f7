import { Inject, Injectable } from '@nestjs/common';
import { type Actor } from '../../kernel/actor.js';
import { Paginator } from '../../http/paging/paginator.js';
import { sqlStateOf, UNIQUE_VIOLATION } from '../../kernel/errors/database-failure.js';
import { isUuid } from '../../kernel/uuid.js';
import { redactValue } from '../../kernel/redaction/redaction.js';
import { ENV, type Env } from '../../config/env.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { Boss } from '../queue/pg-boss.adapter.js';
import {
  type Job,
  JOB_STATES,
  type JobState,
  type JobAttemptRecord,
  LIBRARY_STATE,
} from '../queue/job.js';
import { JOB_HEALTH_SQL } from './job-health.js';
import {
  type JobDetailAnswer,
  type JobPage,
  type JobSummary,
  type JobTypeCounts,
  type ListJobsQuery,
} from './jobs.dto.js';
import { jobAlreadyWaits, jobNotFinal, jobNotFound, jobNotWaiting } from '../queue/jobs.errors.js';
import { COUNT_JOBS, FIND_JOB, FIND_TRIES, listQuery, NEWEST } from './jobs.list.js';
import { findWaiting } from '../queue/jobs.service.js';
import { CANCEL, LOCK_JOB, REVIVE, REVIVE_ATTEMPTS } from '../queue/jobs.sql.js';

type JobRow = Omit<Job, 'state'> & { state: string; position: string };

const HEALTH = { name: 'job_health', text: JOB_HEALTH_SQL };

/** What operators do with jobs: list, retry, cancel. */
@Injectable()
export class JobsAdminService {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly boss: Boss,
    private readonly paginator: Paginator,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** A page of jobs, newest first. */
  async list(query: ListJobsQuery, actor: Actor): Promise<JobPage> {
    const { type, state } = query;
    const page = this.paginator.open('jobs', { type, state }, query);
    const types = this.boss.types().filter((known) => type === undefined || known === type);
    const { statement, values } = listQuery({ types, state }, page);
    const rows = await this.transactions.query<JobRow>(statement, values, { caller: actor });
    const { items, pagination } = page.answer(rows, NEWEST.positionOf);
    return { items: items.map(jobOf), pagination };
  }

  async summary(actor: Actor): Promise<JobSummary> {
    const [counted, health] = await this.transactions.read(
      [
        { statement: COUNT_JOBS, values: [this.boss.types()] },
        { statement: HEALTH, values: [] },
      ],
      { caller: actor },
    );
    const total = noJobs();
    const types = new Map<string, JobTypeCounts>();
    for (const row of (counted ?? []) as { type: string; state: string; count: number }[]) {
      const counts = types.get(row.type) ?? { type: row.type, ...noJobs() };
      types.set(row.type, counts);
      const state = stateOf(row.state);
      counts[state] += row.count;
      total[state] += row.count;
    }
    const [{ jobsStale } = { jobsStale: 0 }] = (health ?? []) as { jobsStale: number }[];
    return { total, types: [...types.values()], stale: jobsStale };
  }

  /** A job with its attempts; throws a 404. */
  async get(id: string, actor: Actor): Promise<JobDetailAnswer> {
    if (!isUuid(id)) throw jobNotFound();
    const [jobs, tries] = await this.transactions.read(
      [
        { statement: FIND_JOB, values: [this.boss.types(), id] },
        { statement: FIND_TRIES, values: [id] },
      ],
      { caller: actor },
    );
    const [row] = (jobs ?? []) as JobRow[];
    if (!row) throw jobNotFound();
    return { ...jobOf(row), tries: (tries ?? []) as JobAttemptRecord[] };
  }

  /**
   * Restarts a dead-lettered or cancelled job, with all its attempts; throws a 404, or a 409 for a job in
   * another state or whose key another job waits for.
   */
  async retry(id: string, actor: Actor): Promise<JobDetailAnswer> {
    await this.transactions.run(
      async (tx) => {
        const job = await this.lock(tx, id);
        const state = stateOf(job.state);
        if (state !== 'dead_lettered' && state !== 'cancelled') throw jobNotFinal(state);
        if (job.key !== null && (await findWaiting(tx, job.type, job.key)) !== undefined)
          throw jobAlreadyWaits();
        tx.defer(REVIVE_ATTEMPTS, [id]);
        try {
          await tx.query(REVIVE, [job.type, id, this.env.jobs.backoffMs.length]);
        } catch (error) {
          // The library sends a schedule's ticks without a dedupe key and without our lock; one tick of a
          // type may wait.
          if (sqlStateOf(error) === UNIQUE_VIOLATION) throw jobAlreadyWaits();
          throw error;
        }
        publishChange(tx, 'job.retried', id, job.type, actor);
      },
      { caller: actor },
    );
    return this.get(id, actor);
  }

  /** Cancels a job that waits; throws a 404, or a 409 in any other state. */
  async cancel(id: string, actor: Actor): Promise<JobDetailAnswer> {
    await this.transactions.run(
      async (tx) => {
        const job = await this.lock(tx, id);
        const cancelled = await tx.query(CANCEL, [job.type, id]);
        if (cancelled.length === 0) throw jobNotWaiting(stateOf(job.state));
        publishChange(tx, 'job.cancelled', id, job.type, actor);
      },
      { caller: actor },
    );
    return this.get(id, actor);
  }

  private async lock(
    tx: Transaction,
    id: string,
  ): Promise<{ type: string; state: string; key: string | null }> {
    if (!isUuid(id)) throw jobNotFound();
    const [job] = await tx.query<{ type: string; state: string; key: string | null }>(LOCK_JOB, [
      this.boss.types(),
      id,
    ]);
    if (!job) throw jobNotFound();
    return job;
  }
}

function publishChange(
  tx: Transaction,
  eventKey: 'job.retried' | 'job.cancelled',
  id: string,
  type: string,
  actor: Actor,
): void {
  tx.publish(eventKey, {
    actorId: actor.userId,
    requestId: actor.requestId,
    sourceType: 'job',
    sourceId: id,
    status: 'success',
    meta: { type },
  });
}

const STATE_OF = new Map(JOB_STATES.map((state) => [LIBRARY_STATE[state], state]));

function stateOf(libraryState: string): JobState {
  const state = STATE_OF.get(libraryState);
  if (state === undefined) throw new Error(`The job library has a new state "${libraryState}".`);
  return state;
}

function jobOf(row: JobRow): Job {
  const { state, payload, ...job } = row;
  delete (job as Partial<JobRow>).position;
  return { ...job, state: stateOf(state), payload: redactValue(payload) as object };
}

function noJobs(): Record<JobState, number> {
  return { waiting: 0, retrying: 0, running: 0, completed: 0, cancelled: 0, dead_lettered: 0 };
}
