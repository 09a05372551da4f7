import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { type Statement } from '../../database/connections/statement.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { type Actor, causedBy } from '../../kernel/actor.js';
import { PrincipalCache } from './principal-cache.js';
import { hashOfToken } from './tokens.js';

/**
 * Opens a session and records the sign-in, unless the user was disabled or the password was changed since it
 * was verified. Either of these locks the row of the user, too: it ends this session, or prevents it.
 */
const OPEN: Statement = {
  name: 'open_session',
  text: `
    WITH signed_in AS (
      UPDATE users SET last_sign_in_at = now()
      WHERE id = $2 AND disabled_at IS NULL AND password_hash = $5
      RETURNING id)
    INSERT INTO sessions (id, user_id, token_hash, expires_at, last_used_at)
    SELECT $1::uuid, id, $3::bytea, $4::timestamptz, now() FROM signed_in`,
};

const END: Statement = { name: 'end_session', text: 'DELETE FROM sessions WHERE id = $1' };

const END_OTHERS: Statement = {
  name: 'end_other_sessions',
  text: 'DELETE FROM sessions WHERE user_id = $1 AND id IS DISTINCT FROM $2',
};

/** What a new session is opened with. */
export interface NewSession {
  readonly userId: string;
  /** The hash against which the password was verified. */
  readonly passwordHash: string;
  readonly expiresAt: Date;
  /** The value of its cookie; null for a bearer token. */
  readonly cookie: string | null;
}

/** Opens and ends the sessions of users. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly cache: PrincipalCache,
  ) {}

  /**
   * Opens a session in a transaction, which records the sign-in, and returns its id; undefined if the user
   * may not sign in any more with what was verified.
   */
  async open(
    tx: Transaction,
    { userId, passwordHash, expiresAt, cookie }: NewSession,
  ): Promise<string | undefined> {
    const id = uuidv7();
    const hash = cookie === null ? null : hashOfToken(cookie);
    const opened = await tx.execute(OPEN, [id, userId, hash, expiresAt, passwordHash]);
    return opened === 0 ? undefined : id;
  }

  /** Signs out of one session. */
  async end(id: string, actor: Actor): Promise<void> {
    await this.transactions.run(
      async (tx) => {
        if ((await tx.execute(END, [id])) === 0) return;
        tx.afterCommit(this.cache.clear);
        tx.publish('auth.session.ended', {
          ...causedBy(actor),
          sourceType: 'session',
          sourceId: id,
          status: 'success',
          meta: {},
        });
      },
      { caller: actor },
    );
  }

  /** Ends all sessions of a user in a transaction, but for one. */
  endOthers(tx: Transaction, userId: string, kept: string | null): void {
    tx.defer(END_OTHERS, [userId, kept]);
    tx.afterCommit(this.cache.clear);
  }
}
