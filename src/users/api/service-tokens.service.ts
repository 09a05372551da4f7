import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { type Statement } from '../../database/connections/statement.js';
import { columnsOf } from '../../database/sql/columns.js';
import { Keyset } from '../../database/sql/keyset.js';
import { ListQuery } from '../../database/sql/list-query.js';
import { allWithin, grantOf } from '../../database/sql/scope-condition.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { type CursorQuery } from '../../http/paging/cursor-page.js';
import { Paginator } from '../../http/paging/paginator.js';
import { type Actor, causedBy } from '../../kernel/actor.js';
import { NotFoundError, invalidField } from '../../kernel/errors/domain-error.js';
import { DAY_MS } from '../../kernel/utc-day.js';
import { isUuid } from '../../kernel/uuid.js';
import { assertMayGive, fewestScopes } from '../model/grant-rules.js';
import { PrincipalCache } from '../model/principal-cache.js';
import { ServiceToken } from '../model/service-token.entity.js';
import { hashOfToken, newServiceToken, prefixOf } from '../model/tokens.js';
import {
  type NewServiceToken,
  type NewServiceTokenAnswer,
  type ServiceTokenAnswer,
  type ServiceTokenPage,
} from './service-tokens.dto.js';

const COLUMNS = columnsOf(ServiceToken).without('tokenHash');

const VISIBLE = allWithin('SELECT unnest(scopes) AS scope', '$1');

/** The newest first: ids are ordered in time. */
const NEWEST = Keyset.by(COLUMNS.only('id'));

const FIND: Statement = {
  name: 'find_service_token',
  text: `SELECT ${COLUMNS.select()} FROM service_tokens WHERE ${VISIBLE} AND id = $2`,
};

const INSERT: Statement = {
  name: 'insert_service_token',
  text: `
    INSERT INTO service_tokens (id, name, token_hash, prefix, role, scopes, created_by, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    RETURNING ${COLUMNS.select()}`,
};

/** Revokes a token that the caller may see; one that was revoked before stays so. */
const REVOKE: Statement = {
  name: 'revoke_service_token',
  text: `
    WITH found AS (SELECT id, revoked_at FROM service_tokens WHERE ${VISIBLE} AND id = $2 FOR UPDATE)
    UPDATE service_tokens AS token SET revoked_at = COALESCE(found.revoked_at, now())
    FROM found WHERE token.id = found.id
    RETURNING token.name, found.revoked_at IS NULL AS "revokedNow"`,
};

/** The longest life of a token: a year, in ms. */
const MAX_LIFE_MS = 366 * DAY_MS;

/** Makes, lists and revokes service tokens. */
@Injectable()
export class ServiceTokensService {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly paginator: Paginator,
    private readonly cache: PrincipalCache,
  ) {}

  /** A page of the tokens, newest first: those whose scopes all lie in the actor's own. */
  async list(query: CursorQuery, actor: Actor): Promise<ServiceTokenPage> {
    const page = this.paginator.open('service_tokens', {}, query);
    const list = ListQuery.unscoped('service_tokens', 'what counts is the scopes of the tokens', {
      conditions: [VISIBLE],
      values: [grantOf(actor)],
    });
    const select = COLUMNS.select();
    const { statement, values } = list.page(
      { select, from: 'service_tokens', keyset: NEWEST },
      page,
    );
    const rows = await this.transactions.query<ServiceTokenAnswer & Record<string, unknown>>(
      statement,
      values,
      { caller: actor },
    );
    return page.answer(rows, NEWEST.positionOf);
  }

  /** One token; throws a 404. */
  async get(id: string, actor: Actor): Promise<ServiceTokenAnswer> {
    if (!isUuid(id)) throw tokenNotFound();
    const [token] = await this.transactions.query<ServiceTokenAnswer & Record<string, unknown>>(
      FIND,
      [grantOf(actor), id],
      { caller: actor },
    );
    if (!token) throw tokenNotFound();
    return token;
  }

  /**
   * Makes a token. Throws a 403 for a role or scopes beyond the actor's, a 400 for an expiry that is not
   * ahead or over a year away.
   */
  async create(body: NewServiceToken, actor: Actor): Promise<NewServiceTokenAnswer> {
    const { name, role } = body;
    const scopes = fewestScopes(body.scopes);
    const expiresAt = expiryOf(body.expiresAt);
    assertMayGive({ role, scopes }, actor);
    const token = newServiceToken();
    const id = uuidv7();
    const values = [
      id,
      name,
      hashOfToken(token),
      prefixOf(token),
      role,
      scopes,
      actor.id,
      expiresAt,
    ];
    return this.transactions.run(
      async (tx) => {
        const [made] = await tx.query<ServiceTokenAnswer & Record<string, unknown>>(INSERT, values);
        tx.publish('token.created', {
          ...causedBy(actor),
          sourceType: 'service_token',
          sourceId: id,
          status: 'success',
          meta: { name, role, scopes, expiresAt: expiresAt.toISOString() },
        });
        return Object.assign(made as ServiceTokenAnswer, { token });
      },
      { caller: actor },
    );
  }

  /** Revokes a token, on all servers within AUTH_CACHE_MS. Repeating it is a success. Throws a 404. */
  async revoke(id: string, actor: Actor): Promise<void> {
    if (!isUuid(id)) throw tokenNotFound();
    await this.transactions.run(
      async (tx) => {
        const [revoked] = await tx.query<{ name: string; revokedNow: boolean }>(REVOKE, [
          grantOf(actor),
          id,
        ]);
        if (!revoked) throw tokenNotFound();
        tx.afterCommit(this.cache.clear);
        if (!revoked.revokedNow) return;
        tx.publish('token.revoked', {
          ...causedBy(actor),
          sourceType: 'service_token',
          sourceId: id,
          status: 'success',
          meta: { name: revoked.name },
        });
      },
      { caller: actor },
    );
  }
}

function expiryOf(text: string): Date {
  const expiresAt = new Date(text);
  const life = expiresAt.getTime() - Date.now();
  const message =
    life <= 0
      ? 'expiresAt must be ahead'
      : life > MAX_LIFE_MS
        ? 'expiresAt must be at most a year away'
        : undefined;
  if (message !== undefined) throw invalidField('expiresAt', message);
  return expiresAt;
}

function tokenNotFound(): NotFoundError {
  return new NotFoundError('SERVICE_TOKEN_NOT_FOUND', 'There is no service token with this id.');
}
