import { type RetentionSettings } from '../../config/env.js';
import { redactText } from '../../kernel/redaction/redaction.js';
import { type DatabaseAddress } from '../start/await-server.js';
import { startErrorOf } from '../start/start-failure.js';
import { type StartLock, type StartLogger, withStartLock } from '../start/start-lock.js';
import { type TransactionRunner } from '../transactions/transaction-runner.js';
import { type Partitions } from './partitions.js';
import {
  daysBefore,
  type PartitionedTable,
  type RetentionMoment,
  type RetentionRule,
} from './retention-rules.js';

/** Everything that retention looks at. */
export interface RetentionPlan {
  readonly partitioned: readonly PartitionedTable[];
  readonly rules: readonly RetentionRule[];
}

/** What a run did, or would do, with one table. */
export interface RetentionOutcome {
  readonly name: string;
  /** What goes, such as `keys after 30 days`. */
  readonly what: string;
  readonly unit: 'row' | 'partition';
  /** How many went, or would go. */
  readonly count: number;
  /** The names of the partitions. */
  readonly partitions?: readonly string[];
  /** Why not all of it went, in one sentence. */
  readonly failure?: string;
}

/** Options of a run. */
export interface RetentionRun {
  /** The time that ages are counted from; the database's unless given. */
  readonly now?: Date | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How long to wait for another run, in ms. */
  readonly waitMs: number;
}

/** One run at a time: the bytes of "nbar". */
const RETENTION_LOCK: StartLock = {
  key: 0x6e626172,
  purpose: 'deletes what is past its retention',
};

/** Rows that one transaction looks at. */
const BATCH = 1000;

const NOW = { name: 'retention_now', text: 'SELECT now()' };

/** Deletes what is past its retention. It may be stopped and repeated at any time. */
export class Retention {
  constructor(
    private readonly plan: RetentionPlan,
    private readonly settings: RetentionSettings,
    private readonly transactions: TransactionRunner,
    private readonly partitions: Partitions,
    private readonly address: DatabaseAddress,
    private readonly logger: StartLogger,
  ) {}

  /** Makes partitions ahead, drops those that are past their retention, and deletes old rows in batches. */
  async run({ now, signal, waitMs }: RetentionRun): Promise<RetentionOutcome[]> {
    const options = { logger: this.logger, waitMs };
    return withStartLock(this.address.url, RETENTION_LOCK, options, async () => {
      const moment = await this.moment(now);
      const tables = this.plan.partitioned.map(({ table }) => table);
      await this.partitions.makeAhead(tables, now ?? new Date());
      const outcomes: RetentionOutcome[] = [];
      for (const table of this.plan.partitioned) {
        outcomes.push(await this.drop(table, moment, signal));
      }
      for (const rule of this.plan.rules) outcomes.push(await this.delete(rule, moment, signal));
      return outcomes;
    });
  }

  /** Deletes the rows that live shortly. Several processes may do so at once. */
  async runOften(signal?: AbortSignal): Promise<RetentionOutcome[]> {
    const moment = await this.moment();
    const outcomes: RetentionOutcome[] = [];
    for (const rule of this.plan.rules.filter(({ often }) => often)) {
      outcomes.push(await this.delete(rule, moment, signal));
    }
    return outcomes;
  }

  /** What a run would do now; changes nothing. */
  async preview(now?: Date): Promise<RetentionOutcome[]> {
    const moment = await this.moment(now);
    const outcomes: RetentionOutcome[] = [];
    for (const table of this.plan.partitioned) {
      const before = this.endOf(table, moment);
      const ended = before ? await this.partitions.endedBefore(table.table, before) : [];
      outcomes.push(
        this.dropped(
          table,
          ended.map(({ name }) => name),
        ),
      );
    }
    for (const rule of this.plan.rules) {
      const { statement, values } = rule.count(moment);
      const [row] = await this.transactions.query<{ count: number }>(statement, values);
      outcomes.push(this.deleted(rule, row?.count ?? 0));
    }
    return outcomes;
  }

  private async drop(
    table: PartitionedTable,
    moment: RetentionMoment,
    signal: AbortSignal | undefined,
  ): Promise<RetentionOutcome> {
    const before = this.endOf(table, moment);
    const dropped: string[] = [];
    const failure = await this.failureOf(signal, () =>
      this.partitions.drop(table.table, before, dropped, signal),
    );
    return { ...this.dropped(table, dropped), ...failure };
  }

  private async delete(
    rule: RetentionRule,
    moment: RetentionMoment,
    signal: AbortSignal | undefined,
  ): Promise<RetentionOutcome> {
    let count = 0;
    const failure = await this.failureOf(signal, async () => {
      for (let after: string | null | undefined = null; after !== undefined;) {
        signal?.throwIfAborted();
        const { statement, values } = rule.deleteBatch(moment, after, BATCH);
        const [batch] = await this.transactions.run((tx) =>
          tx.query<{ deleted: number; last: string | null }>(statement, values),
        );
        count += batch?.deleted ?? 0;
        after = batch?.last ?? undefined;
      }
    });
    return { ...this.deleted(rule, count), ...failure };
  }

  /** An error with one table does not keep the others from theirs; a stop does. */
  private async failureOf(
    signal: AbortSignal | undefined,
    work: () => Promise<void>,
  ): Promise<{ failure?: string }> {
    try {
      await work();
      return {};
    } catch (error) {
      if (signal?.aborted) throw error;
      const cause = startErrorOf(error, this.address);
      return { failure: redactText(cause instanceof Error ? cause.message : String(cause)) };
    }
  }

  private async moment(now?: Date): Promise<RetentionMoment> {
    const [row] = now ? [{ now }] : await this.transactions.query<{ now: Date }>(NOW);
    if (!row) throw new Error('The database did not tell its time.');
    return { now: row.now, settings: this.settings };
  }

  /** The time before which everything of a table goes; undefined for never. */
  private endOf({ days }: PartitionedTable, { now, settings }: RetentionMoment): Date | undefined {
    const kept = days(settings);
    return kept === 0 ? undefined : daysBefore(now, kept);
  }

  private dropped(
    { table, setting, days }: PartitionedTable,
    partitions: readonly string[],
  ): RetentionOutcome {
    const kept = days(this.settings);
    const what = kept === 0 ? `kept for ever (${setting}=0)` : `months after ${kept} days`;
    return { name: table, what, unit: 'partition', count: partitions.length, partitions };
  }

  private deleted({ name, describe }: RetentionRule, count: number): RetentionOutcome {
    return { name, what: describe(this.settings), unit: 'row', count };
  }
}
