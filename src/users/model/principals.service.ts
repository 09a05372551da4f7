import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { type Statement } from '../../database/connections/statement.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { type Principal, type TokenTimes } from '../../http/access/principal.js';
import { permissionsOf, permissionsOfService, type Role } from '../../kernel/permissions.js';
import { ScopeFilter } from '../../kernel/scope.js';
import { LOGGER } from '../../logging/logger.js';
import { type Identified } from './principal-cache.js';
import * as sql from './principals.sql.js';
import { hashOfToken, SESSION_MS } from './tokens.js';

interface PrincipalRow {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly role: Role;
  readonly scopes: readonly string[];
  readonly sessionId: string | null;
}

interface ExpiringRow extends PrincipalRow {
  readonly expiresAt: Date;
  /** Whether its last use is not on record. */
  readonly unrecorded: boolean;
}

/** The claims of a verified bearer token; times in seconds since 1970. */
export interface VerifiedToken {
  readonly userId: string;
  /** Null in a token of a version without sessions. */
  readonly sessionId: string | null;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** The query of a caller must leave time to answer its request. */
const LOOK_UP = { caller: 'principals', statementMs: 3000 };

/** Looks up who sends a request: a user or a service token, with role and grants. */
@Injectable()
export class PrincipalsService {
  constructor(
    private readonly transactions: TransactionRunner,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** The user of a bearer token whose signature was verified. */
  async byToken(token: VerifiedToken): Promise<Identified | undefined> {
    const { userId, sessionId } = token;
    const times = { issuedAt: token.issuedAt * 1000, expiresAt: token.expiresAt * 1000 };
    const values = [userId, sessionId, new Date(times.issuedAt)];
    const [row] = await this.find<PrincipalRow>(sql.FIND_USER, values);
    return row && { principal: userOf(row, times), expiresAt: times.expiresAt };
  }

  /** The user of a session's cookie; its use moves the end of the session on. */
  async byCookie(cookie: string): Promise<Identified | undefined> {
    const [row] = await this.find<ExpiringRow>(sql.FIND_SESSION, [hashOfToken(cookie)]);
    if (row?.unrecorded === true) await this.record(sql.USE_SESSION, [row.sessionId, SESSION_MS]);
    return row && { principal: userOf(row, null), expiresAt: row.expiresAt.getTime() };
  }

  /** The service token itself, as a caller. */
  async byServiceToken(token: string): Promise<Identified | undefined> {
    const [row] = await this.find<ExpiringRow>(sql.FIND_SERVICE_TOKEN, [hashOfToken(token)]);
    if (!row) return undefined;
    if (row.unrecorded) await this.record(sql.USE_SERVICE_TOKEN, [row.id]);
    return { principal: serviceOf(row), expiresAt: row.expiresAt.getTime() };
  }

  /**
   * Looks up again, in one statement, callers who were identified before: by each of them, the same caller
   * with the role and the grants of now. Those are left out whose user is disabled or whose session or token
   * has ended.
   */
  async recheck(callers: readonly Principal[]): Promise<ReadonlyMap<Principal, Principal>> {
    const rows = await this.find<PrincipalRow & { place: number }>(sql.RECHECK, [
      callers.map(({ id }) => id),
      callers.map(({ sessionId }) => sessionId),
      callers.map(({ token }) => token && new Date(token.issuedAt).toISOString()),
      callers.map(({ kind }) => kind === 'service'),
    ]);
    const now = Date.now();
    return new Map(
      rows.flatMap((row) => {
        const caller = callers[row.place - 1];
        if (!caller || (caller.token !== null && caller.token.expiresAt <= now)) return [];
        return [[caller, caller.kind === 'service' ? serviceOf(row) : userOf(row, caller.token)]];
      }),
    );
  }

  private find<Row extends object>(statement: Statement, values: unknown[]): Promise<Row[]> {
    return this.transactions.query<Row & Record<string, unknown>>(statement, values, LOOK_UP);
  }

  /** Records a use. A database that can only be read must not refuse the caller. */
  private async record(statement: Statement, values: unknown[]): Promise<void> {
    try {
      await this.transactions.query(statement, values, LOOK_UP);
    } catch (error) {
      this.logger.warn({ err: error }, 'use of a session or a service token not recorded');
    }
  }
}

function userOf(row: PrincipalRow, token: TokenTimes | null): Principal {
  return { ...commonOf(row), kind: 'user', permissions: permissionsOf(row.role), token };
}

function serviceOf(row: PrincipalRow): Principal {
  const permissions = permissionsOfService(row.role);
  return { ...commonOf(row), kind: 'service', permissions, token: null };
}

function commonOf({ id, name, email, role, scopes, sessionId }: PrincipalRow) {
  return { id, name, email, role, scopes: ScopeFilter.parseAll(scopes), sessionId };
}
