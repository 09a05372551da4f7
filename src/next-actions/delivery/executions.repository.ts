import { Injectable } from '@nestjs/common';
import { type Actor } from '../../kernel/actor.js';
import { type RowOf } from '../../database/sql/columns.js';
import { grantOf } from '../../database/sql/scope-condition.js';
import { type PageStart, totalIn } from '../../database/sql/list-query.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { Reads } from '../../database/replica/reads.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { type NextAction } from '../model/next-action.js';
import {
  type ChangeableField,
  type RecordedChanges,
  stillHolds,
  type StoredChanges,
} from '../model/next-action.changes.js';
import { searchTextOf } from '../model/search-text.js';
import { type ExecutionAnswer } from './delivery.dto.js';
import * as sql from './executions.sql.js';
import { type NextActionExecution } from './next-action-execution.entity.js';
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

/** An execution, its NBA and its action. */
export interface FoundPress {
  readonly id: string;
  readonly nextActionId: string;
  readonly actionKey: string;
}

/** An execution that is to be taken back, read after its NBA was locked. */
export interface ExecutionToUndo extends Pick<
  NextActionExecution,
  'status' | 'startedAt' | 'input' | 'meta' | 'actorId' | 'undoneAt' | 'undoesId'
> {
  readonly changes: StoredChanges;
  /** The database's time, taken after the lock was granted. */
  readonly now: Date;
  /** The execution that took it back. */
  readonly undoneBy: string | null;
}

/** The newest execution that changed a field, and the value that it left. */
export interface ChangeSince {
  readonly field: ChangeableField;
  readonly id: string;
  readonly actionKey: string;
  readonly to: unknown;
}

/** The statements of a press, and the recorded executions. */
@Injectable()
export class ExecutionsRepository {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly reads: Reads,
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
    const { now, repeatOf: earlier } = found;
    const nextAction = nextActionIn(row);
    // A press that was taken back, as by reopen or wake, does not answer: it would have no effect.
    const repeatOf = earlier && stillHolds(nextAction, earlier.changes) ? earlier.id : null;
    return { nextAction, closedBy, now, repeatOf, keyUse };
  }

  /** The NBAs and actions of those of these executions that the actor may see. */
  async findPresses(ids: readonly string[], actor: Actor): Promise<FoundPress[]> {
    const values = [ids, grantOf(actor)];
    return this.transactions.query<FoundPress & Record<string, unknown>>(sql.FIND_PRESSES, values, {
      caller: actor,
    });
  }

  /** Locks the NBA of an execution and reads the execution, in one round trip. */
  async lockToUndo(
    tx: Pick<Transaction, 'query'>,
    undo: Pick<LockRequest, 'timeoutMs' | 'grant'> & { readonly press: FoundPress },
  ): Promise<{ nextAction: NextAction; execution: ExecutionToUndo } | undefined> {
    const { id, nextActionId } = undo.press;
    const [[row], [execution]] = await Promise.all([
      tx.query<LockedRow>(sql.LOCK, [nextActionId, String(undo.timeoutMs), undo.grant]),
      tx.query<ExecutionToUndo & Record<string, unknown>>(sql.FIND_TO_UNDO, [id, nextActionId]),
    ]);
    if (!row || !execution) return undefined;
    return { nextAction: nextActionIn(row), execution };
  }

  /** Who changed these fields of an NBA since an execution: for each field the newest execution, if any. */
  async changesSince(
    tx: Pick<Transaction, 'query'>,
    press: FoundPress,
    startedAt: Date,
    fields: readonly ChangeableField[],
  ): Promise<ChangeSince[]> {
    const values = [press.nextActionId, press.id, startedAt, fields];
    return tx.query<ChangeSince & Record<string, unknown>>(sql.FIND_CHANGES_SINCE, values);
  }

  /** Marks an execution as taken back; sent together with the commit, after `record`. */
  markUndone(tx: Pick<Transaction, 'defer'>, press: FoundPress, at: Date): void {
    tx.defer(sql.MARK_UNDONE, [press.id, press.nextActionId, at]);
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
    const [found, rows, counts] = await this.reads.read([exists, page, total(start.countLimit)], {
      caller: actor,
      enough: ([found]) => found?.length === 1,
    });
    if (found?.length !== 1) return undefined;
    return { rows: rows as unknown as ExecutionAnswer[], counted: totalIn(counts) };
  }
}

/** The NBA in a row of LOCK, which has more. */
function nextActionIn(row: LockedRow): NextAction {
  delete row.timeout;
  delete row.closedBy;
  return row;
}
