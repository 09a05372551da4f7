import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { type Statement } from '../../database/connections/statement.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { type Principal } from '../../http/access/principal.js';
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
    const { userId, sessionId, issuedAt, expiresAt } = token;
    const values = [userId, sessionId, new Date(issuedAt * 1000)];
    const [row] = await this.find<PrincipalRow>(sql.FIND_USER, values);
    return row && { principal: userOf(row), expiresAt: expiresAt * 1000 };
  }

  /** The user of a session's cookie; its use moves the end of the session on. */
  async byCookie(cookie: string): Promise<Identified | undefined> {
    const [row] = await this.find<ExpiringRow>(sql.FIND_SESSION, [hashOfToken(cookie)]);
    if (row?.unrecorded === true) await this.record(sql.USE_SESSION, [row.sessionId, SESSION_MS]);
    return row && { principal: userOf(row), expiresAt: row.expiresAt.getTime() };
  }

  /** The service token itself, as a caller. */
  async byServiceToken(token: string): Promise<Identified | undefined> {
    const [row] = await this.find<ExpiringRow>(sql.FIND_SERVICE_TOKEN, [hashOfToken(token)]);
    if (!row) return undefined;
    if (row.unrecorded) await this.record(sql.USE_SERVICE_TOKEN, [row.id]);
    const permissions = permissionsOfService(row.role);
    const principal: Principal = { ...commonOf(row), kind: 'service', permissions };
    return { principal, expiresAt: row.expiresAt.getTime() };
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

function userOf(row: PrincipalRow): Principal {
  return { ...commonOf(row), kind: 'user', permissions: permissionsOf(row.role) };
}

function commonOf({ id, name, email, role, scopes, sessionId }: PrincipalRow) {
  return { id, name, email, role, scopes: ScopeFilter.parseAll(scopes), sessionId };
}
