import { Injectable } from '@nestjs/common';
import { type Actor } from '../../kernel/actor.js';
import { seesUnscoped, type VisibleRows, visibleRows } from '../../kernel/grants.js';
import { grantOf } from '../../database/sql/scope-condition.js';
import { Paginator } from '../../http/paging/paginator.js';
import { sqlStateOf, UNIQUE_VIOLATION } from '../../kernel/errors/database-failure.js';
import { isUuid } from '../../kernel/uuid.js';
import { redactValue } from '../../kernel/redaction/redaction.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { Reads } from '../../database/replica/reads.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { type Job, type JobAttemptRecord } from '../queue/job.js';
import { type ChangedJob, publishChange } from '../queue/job-changes.js';
import { type JobState } from '../queue/job.entity.js';
import { JobWake } from '../queue/job-wake.js';
import {
  type JobDetailAnswer,
  type JobPage,
  type JobSummary,
  type JobTypeCounts,
  type ListJobsQuery,
} from './jobs.dto.js';
import { jobAlreadyWaits, jobNotFinal, jobNotFound, jobNotWaiting } from '../queue/jobs.errors.js';
import { countQuery, FIND_JOB, FIND_TRIES, healthQuery, listQuery, NEWEST } from './jobs.list.js';
import { CANCEL, FIND_WAITING, LOCK_JOB, REVIVE, REVIVE_ATTEMPTS } from '../queue/jobs.sql.js';

type JobRecord = Job & Record<string, unknown>;

/** What a change of a job reads of it, locked. */
interface LockedJob extends Omit<ChangedJob, 'id'>, Record<string, unknown> {
  readonly state: JobState;
  readonly key: string | null;
}

/** What operators do with jobs: list, retry, cancel. */
@Injectable()
export class JobsAdminService {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly reads: Reads,
    private readonly paginator: Paginator,
    private readonly wake: JobWake,
  ) {}

  /** A page of jobs, newest first. */
  async list(query: ListJobsQuery, actor: Actor): Promise<JobPage> {
    const { type, state, nextActionId } = query;
    const visible = visibleRows(query, actor);
    const filter = { type, state, nextActionId: nextActionId?.toLowerCase(), visible };
    const page = this.paginator.open('jobs', filter, query);
    const { statement, values } = listQuery(filter, page);
    const rows = await this.reads.query<JobRecord>(statement, values, { caller: actor });
    const { items, pagination } = page.answer(rows, NEWEST.positionOf);
    return { items: items.map(shown), pagination };
  }

  /** Counts the jobs that are seen. */
  async summary(visible: VisibleRows, actor: Actor): Promise<JobSummary> {
    const [counted, health] = await this.reads.read([countQuery(visible), healthQuery(visible)], {
      caller: actor,
    });
    const total = noJobs();
    const types = new Map<string, JobTypeCounts>();
    for (const row of (counted ?? []) as { type: string; state: JobState; count: number }[]) {
      const counts = types.get(row.type) ?? { type: row.type, ...noJobs() };
      types.set(row.type, counts);
      counts[row.state] += row.count;
      total[row.state] += row.count;
    }
    const [{ jobsStale } = { jobsStale: 0 }] = (health ?? []) as { jobsStale: number }[];
    return { total, types: [...types.values()], stale: jobsStale };
  }

  /** A job with its attempts; throws a 404. */
  async get(id: string, actor: Actor): Promise<JobDetailAnswer> {
    if (!isUuid(id)) throw jobNotFound();
    const [jobs, tries] = await this.transactions.read(
      [
        { statement: FIND_JOB, values: [id, grantOf(actor), seesUnscoped(actor)] },
        { statement: FIND_TRIES, values: [id] },
      ],
      { caller: actor },
    );
    const [job] = (jobs ?? []) as JobRecord[];
    if (!job) throw jobNotFound();
    return { ...shown(job), tries: (tries ?? []) as JobAttemptRecord[] };
  }

  /**
   * Restarts a dead-lettered or cancelled job, with all its attempts; throws a 404, or a 409 for a job in
   * another state or whose key another job waits for.
   */
  async retry(id: string, actor: Actor): Promise<JobDetailAnswer> {
    await this.transactions.run(
      async (tx) => {
        const job = await this.lock(tx, id, actor);
        const { type, state, key } = job;
        if (state !== 'dead_lettered' && state !== 'cancelled') throw jobNotFinal(state);
        if (key !== null && (await tx.query(FIND_WAITING, [type, key])).length > 0) {
          throw jobAlreadyWaits();
        }
        tx.defer(REVIVE_ATTEMPTS, [id]);
        try {
          await tx.query(REVIVE, [id]);
        } catch (error) {
          // Another job of the key was enqueued and committed meanwhile.
          if (sqlStateOf(error) === UNIQUE_VIOLATION) throw jobAlreadyWaits();
          throw error;
        }
        tx.afterCommit(this.wake.wake);
        publishChange(tx, 'job.retried', { id, ...job }, actor);
      },
      { caller: actor },
    );
    return this.get(id, actor);
  }

  /** Cancels a job that waits; throws a 404, or a 409 in any other state. */
  async cancel(id: string, actor: Actor): Promise<JobDetailAnswer> {
    await this.transactions.run(
      async (tx) => {
        const job = await this.lock(tx, id, actor);
        const cancelled = await tx.query(CANCEL, [id]);
        if (cancelled.length === 0) throw jobNotWaiting(job.state);
        publishChange(tx, 'job.cancelled', { id, ...job }, actor);
      },
      { caller: actor },
    );
    return this.get(id, actor);
  }

  private async lock(tx: Transaction, id: string, actor: Actor): Promise<LockedJob> {
    if (!isUuid(id)) throw jobNotFound();
    const [job] = await tx.query<LockedJob>(LOCK_JOB, [id, grantOf(actor), seesUnscoped(actor)]);
    if (!job) throw jobNotFound();
    return job;
  }
}

function shown(job: JobRecord): Job {
  return { ...job, payload: redactValue(job.payload) as object };
}

function noJobs(): Record<JobState, number> {
  return { waiting: 0, retrying: 0, running: 0, completed: 0, cancelled: 0, dead_lettered: 0 };
}
