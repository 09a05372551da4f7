import { Injectable } from '@nestjs/common';
import { type Actor } from '../../kernel/actor.js';
import { type RowOf } from '../../database/sql/columns.js';
import { type PageStart } from '../../database/sql/list-query.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { type ExecutionStatus } from '../delivery/next-action-execution.entity.js';
import { type NextAction } from './next-action.js';
import { listQueries, type NextActionFilter } from './next-actions.list.js';
import * as sql from './next-actions.sql.js';

/** What a delivery action may do with the transaction's statements. */
type Statements = Pick<Transaction, 'query' | 'execute' | 'defer'>;

/** A press on record. */
export interface Execution {
  readonly id: string;
  readonly nextActionId: string;
  readonly actionKey: string;
  readonly status: ExecutionStatus;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly meta: object;
  readonly actorId: string | null;
  readonly idempotencyKey: string | null;
}

/** An execution to be recorded, with the fingerprint of its request. */
export interface ExecutionRecord extends Execution {
  readonly requestHash: string | null;
}

/** The NBA under the lock, and what earlier executions say about this press. */
export interface LockedNextAction {
  readonly nextAction: NextAction;
  /** The database's time, taken after the lock was granted. */
  readonly now: Date;
  readonly repeatOf: string | null;
  readonly keyUses: readonly { id: string; status: ExecutionStatus; requestHash: string | null }[];
}

/** Values of an NBA that an API client creates or updates. */
export type NewNextAction = RowOf<typeof sql.NEW_NEXT_ACTION>;

/** All SQL of NBAs and their executions: no entity is hydrated on these paths. */
@Injectable()
export class NextActionsRepository {
  constructor(private readonly transactions: TransactionRunner) {}

  async find(id: string, actor: Actor): Promise<NextAction | undefined> {
    return (await this.transactions.query<NextAction>(sql.FIND, [id], { caller: actor }))[0];
  }

  /** A page of a list and the total, in one round trip. */
  async list(
    filter: NextActionFilter,
    start: PageStart,
    actor: Actor,
  ): Promise<{ rows: NextAction[]; total: number }> {
    const { page, total } = listQueries(filter, start);
    const [rows, counts] = await this.transactions.read([page, total], { caller: actor });
    return {
      rows: rows as unknown as NextAction[],
      total: (counts?.[0] as { total: number } | undefined)?.total ?? 0,
    };
  }

  /** Creates an NBA or updates the queued one with its dedupe key. */
  async upsert(
    tx: Statements,
    values: NewNextAction,
  ): Promise<{ nextAction: NextAction; created: boolean }> {
    const [row] = await tx.query<NextAction & { created: boolean }>(
      sql.UPSERT,
      sql.NEW_NEXT_ACTION.values(values),
    );
    if (!row) throw new Error('The upsert of a next best action returned no row.');
    const { created, ...nextAction } = row;
    return { nextAction, created };
  }

  /** True when the NBA was open and is now done. */
  async complete(tx: Statements, id: string): Promise<boolean> {
    return (await tx.execute(sql.COMPLETE, [id])) === 1;
  }

  /** True when the NBA was open and is now dismissed. */
  async dismiss(tx: Statements, id: string): Promise<boolean> {
    return (await tx.execute(sql.DISMISS, [id])) === 1;
  }

  /** True when the NBA was open and is now hidden until then. */
  async snooze(tx: Statements, id: string, until: Date): Promise<boolean> {
    return (await tx.execute(sql.SNOOZE, [id, until])) === 1;
  }

  /** Locks an NBA for an execution and reads what answers the press, in one round trip. */
  async lock(
    tx: Statements,
    press: {
      id: string;
      actionKey: string;
      dedupeWindowMs: number | null;
      timeoutMs: number;
      key: { actorId: string | null; value: string } | undefined;
    },
  ): Promise<LockedNextAction | undefined> {
    const [locked, earlier, keyUses] = await Promise.all([
      tx.query<NextAction & { timeout?: string }>(sql.LOCK, [press.id, String(press.timeoutMs)]),
      tx.query<{ now: Date; repeatOf: string | null }>(sql.FIND_EARLIER, [
        press.id,
        press.actionKey,
        press.dedupeWindowMs,
      ]),
      press.key
        ? tx.query<LockedNextAction['keyUses'][number]>(sql.FIND_KEY, [
            press.key.actorId,
            press.key.value,
          ])
        : [],
    ]);
    const [row] = locked;
    const [found] = earlier;
    if (!row || !found) return undefined;
    delete row.timeout;
    return { nextAction: row, now: found.now, repeatOf: found.repeatOf, keyUses };
  }

  /** Keeps the key of a press that an earlier execution answered; leaves with the commit. */
  rememberKey(
    tx: Statements,
    key: { actorId: string; value: string },
    executionId: string,
    requestHash: string,
  ): void {
    tx.defer(sql.REMEMBER_KEY, [key.actorId, key.value, executionId, requestHash]);
  }

  /** Records how a press ended; leaves with the commit. */
  record(tx: Statements, execution: ExecutionRecord): void {
    tx.defer(sql.RECORD, [
      execution.id,
      execution.nextActionId,
      execution.actionKey,
      execution.status,
      execution.startedAt,
      execution.finishedAt,
      execution.errorCode,
      execution.errorMessage,
      JSON.stringify(execution.meta),
      execution.actorId,
      execution.idempotencyKey,
      execution.requestHash,
    ]);
  }

  /** A page of an NBA's executions, newest first; undefined when there is no such NBA. */
  async executions(
    nextActionId: string,
    limit: number,
    offset: number,
    actor: Actor,
  ): Promise<{ rows: Execution[]; total: number } | undefined> {
    const [rows, counts] = await this.transactions.read(
      [
        { statement: sql.LIST_EXECUTIONS, values: [nextActionId, limit, offset] },
        { statement: sql.COUNT_EXECUTIONS, values: [nextActionId] },
      ],
      { caller: actor },
    );
    const [count] = (counts ?? []) as { total: number }[];
    return count && { rows: rows as unknown as Execution[], total: count.total };
  }
}
