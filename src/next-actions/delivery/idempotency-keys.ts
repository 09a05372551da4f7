import { Injectable } from '@nestjs/common';
import { type Statement, type Transaction } from '../../database/transactions/transaction.js';
import { isUniqueViolation } from '../../kernel/errors/database-failure.js';
import { type ExecutionStatus } from './next-action-execution.entity.js';

/** How long a key answers its retries. */
export const KEY_LIFETIME_DAYS = 30;
const EXPIRY = `interval '${KEY_LIFETIME_DAYS} days'`;

/** The `Idempotency-Key` of a press and its actor. */
export interface PressKey {
  readonly actorId: string;
  readonly value: string;
}

/** The earlier use of a key. */
export interface KeyUse {
  readonly executionId: string;
  readonly status: ExecutionStatus;
  readonly requestHash: string;
  /** It has expired, and a new use replaces it. */
  readonly expired: boolean;
}

/** The new use of a key. */
export interface NewKeyUse {
  readonly executionId: string;
  readonly requestHash: string;
}

const FIND: Statement = {
  name: 'find_idempotency_key',
  text: `
    SELECT execution_id AS "executionId", status, request_hash AS "requestHash",
      created_at < now() - ${EXPIRY} AS expired
    FROM idempotency_keys WHERE actor_id = $1 AND key = $2`,
};

const REMOVE: Statement = {
  name: 'remove_idempotency_key',
  text: `DELETE FROM idempotency_keys WHERE actor_id = $1 AND key = $2 AND execution_id = $3`,
};

const INSERT: Statement = {
  name: 'insert_idempotency_key',
  text: `
    INSERT INTO idempotency_keys (actor_id, key, execution_id, request_hash, status)
    VALUES ($1, $2, $3, $4, 'success')`,
};

/**
 * Stores the key of a failed press, so that another request with the key is a 422; the row of a success is
 * kept.
 */
const UPSERT_FAILED: Statement = {
  name: 'upsert_failed_idempotency_key',
  text: `
    INSERT INTO idempotency_keys AS known (actor_id, key, execution_id, request_hash, status)
    VALUES ($1, $2, $3, $4, 'failed')
    ON CONFLICT (actor_id, key) DO UPDATE SET execution_id = excluded.execution_id,
      request_hash = excluded.request_hash, status = excluded.status,
      created_at = excluded.created_at
    WHERE known.created_at < now() - ${EXPIRY}
      OR (known.status = 'failed' AND known.request_hash = excluded.request_hash)`,
};

/**
 * The idempotency keys of presses: written in the press's transaction, deleted by retention
 * after 30 days.
 */
@Injectable()
export class IdempotencyKeys {
  /** The earlier use of a key, if any. */
  async find(tx: Pick<Transaction, 'query'>, key: PressKey): Promise<KeyUse | undefined> {
    return (await tx.query<KeyUse & Record<string, unknown>>(FIND, [key.actorId, key.value]))[0];
  }

  /**
   * Stores the key of a press that succeeded, or that an earlier execution answered; sent together with the
   * commit. `before` is the use that it replaces: a failed or expired one. Of two concurrent presses of
   * different NBAs with one key, the second violates the primary key: its transaction fails, and runs
   * again.
   */
  remember(
    tx: Pick<Transaction, 'defer'>,
    { actorId, value }: PressKey,
    use: NewKeyUse,
    before: KeyUse | undefined,
  ): void {
    if (before) tx.defer(REMOVE, [actorId, value, before.executionId]);
    tx.defer(INSERT, [actorId, value, use.executionId, use.requestHash]);
  }

  /**
   * Takes a key for a request of many presses, which have keys of their own: whether it is free, or was taken
   * for the same request.
   */
  async claim(
    tx: Pick<Transaction, 'query' | 'defer'>,
    key: PressKey,
    use: NewKeyUse,
  ): Promise<boolean> {
    this.rememberFailed(tx, key, use);
    return (await this.find(tx, key))?.requestHash === use.requestHash;
  }

  /** Stores the key of a press that failed; sent together with the commit. */
  rememberFailed(
    tx: Pick<Transaction, 'defer'>,
    { actorId, value }: PressKey,
    use: NewKeyUse,
  ): void {
    tx.defer(UPSERT_FAILED, [actorId, value, use.executionId, use.requestHash]);
  }
}

/** The key of one NBA's press in a bulk request; no header can hold it, for its spaces. */
export function keyOfRow(key: string, nextActionId: string): string {
  return `bulk ${nextActionId.toLowerCase()} ${key}`;
}

/** Whether a press lost the race for its key to a press of another NBA. */
export function lostKeyRace(error: unknown): boolean {
  return isUniqueViolation(error, 'pk_idempotency_keys');
}
