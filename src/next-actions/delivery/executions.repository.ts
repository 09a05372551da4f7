import { Injectable } from '@nestjs/common';
import { type Actor } from '../../kernel/actor.js';
import { type RowOf } from '../../database/sql/columns.js';
import { grantOf } from '../../database/sql/scope-condition.js';
import { type PageStart, totalIn } from '../../database/sql/list-query.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { type NextAction } from '../model/next-action.js';
import {
  type ChangeableField,
  type RecordedChanges,
  stillHolds,
} from '../model/next-action.changes.js';
import { searchTextOf } from '../model/search-text.js';
import { type ExecutionAnswer } from './delivery.dto.js';
import * as sql from './executions.sql.js';
import { IdempotencyKeys, type KeyUse, type PressKey } from './idempotency-keys.js';

/** An execution to be recorded. */
export type ExecutionRecord = Omit<RowOf<typeof sql.RECORDED>, 'changes' | 'requestHash'> & {
  readonly changes: RecordedChanges;
  readonly requestHash: string;
};

/** The press for which an NBA is locked. */
export interface LockRequest {
  readonly id: string;
  readonly actionKey: string;
  /** The scopes in which it may be, see grantOf. */
  readonly grant: readonly string[] | null;
  /** In ms; null for no end. */
  readonly dedupeWindowMs: number | null;
  readonly timeoutMs: number;
  readonly requestHash: string;
  readonly key: PressKey | undefined;
}

/** The locked NBA, and earlier executions that may answer this press. */
export interface LockedNextAction {
  readonly nextAction: NextAction;
  /**
   * The execution that closed it; null while it is open, and if it was closed before this column existed.
   */
  readonly closedBy: string | null;
  /** The database's time, taken after the lock was granted. */
  readonly now: Date;
  /** A success of the same request inside its dedupe window. */
  readonly repeatOf: string | null;
  readonly keyUse: KeyUse | undefined;
}

/** An earlier success of the same request; the changes as JSON. */
interface EarlierSuccess {
  readonly id: string;
  readonly changes: RecordedChanges;
}

type LockedRow = NextAction & { timeout?: string; closedBy?: string | null };

/** The statements of a press, and the recorded executions. */
@Injectable()
export class ExecutionsRepository {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly keys: IdempotencyKeys,
  ) {}

  /** Locks an NBA for an execution and reads an earlier one that answers the press, in one round trip. */
  async lock(
    tx: Pick<Transaction, 'query'>,
    press: LockRequest,
  ): Promise<LockedNextAction | undefined> {
    const [[row], [found], keyUse] = await Promise.all([
      tx.query<LockedRow>(sql.LOCK, [press.id, String(press.timeoutMs), press.grant]),
      tx.query<{ now: Date; repeatOf: EarlierSuccess | null }>(
        sql.findEarlier(press.dedupeWindowMs, new Date()),
        [press.id, press.actionKey, press.dedupeWindowMs, press.requestHash],
      ),
      press.key ? this.keys.find(tx, press.key) : undefined,
    ]);
    if (!row || !found) return undefined;
    const { closedBy = null } = row;
    delete row.timeout;
    delete row.closedBy;
    const { now, repeatOf: earlier } = found;
    // A press that was taken back, as by reopen or wake, does not answer: it would have no effect.
    const repeatOf = earlier && stillHolds(row, earlier.changes) ? earlier.id : null;
    return { nextAction: row, closedBy, now, repeatOf, keyUse };
  }

  /** Records the result and the changes of a press; sent together with the commit. */
  record(
    tx: Pick<Transaction, 'defer'>,
    execution: ExecutionRecord,
    pressed?: { readonly nextAction: NextAction; readonly closes: boolean },
  ): void {
    const fields = Object.keys(execution.changes) as ChangeableField[];
    const values: unknown[] = fields.map((field) => execution.changes[field]?.to);
    if (pressed && sql.changesSearchText(fields)) {
      const changed = Object.fromEntries(fields.map((field, index) => [field, values[index]]));
      values.push(searchTextOf({ ...pressed.nextAction, ...changed }));
    }
    tx.defer(sql.recordStatement(fields, pressed?.closes ?? false), [
      ...sql.RECORDED.values(execution),
      ...values,
    ]);
  }

  /**
   * A page of an NBA's executions, newest first, and their number, counted up to a limit; undefined for no
   * such NBA.
   */
  async list(
    nextActionId: string,
    start: PageStart & { readonly countLimit: number | undefined },
    actor: Actor,
  ): Promise<{ rows: ExecutionAnswer[]; counted: number } | undefined> {
    const { page, total } = sql.executionQueries(nextActionId, start);
    const exists = { statement: sql.FIND_GRANTED, values: [nextActionId, grantOf(actor)] };
    const [found, rows, counts] = await this.transactions.read(
      [exists, page, total(start.countLimit)],
      { caller: actor },
    );
    if (found?.length !== 1) return undefined;
    return { rows: rows as unknown as ExecutionAnswer[], counted: totalIn(counts) };
  }
}
