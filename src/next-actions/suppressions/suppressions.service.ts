import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { grantOf } from '../../database/sql/scope-condition.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { Reads } from '../../database/replica/reads.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { Paginator } from '../../http/paging/paginator.js';
import { type Actor, causedBy } from '../../kernel/actor.js';
import { ConflictError, NotFoundError, invalidField } from '../../kernel/errors/domain-error.js';
import { patternFor, scopesToRead } from '../../kernel/grants.js';
import { permissionDenied } from '../../kernel/permissions.errors.js';
import { patternText, type ScopePattern } from '../../kernel/scope.js';
import { isUuid } from '../../kernel/uuid.js';
import { isFarReaching, namedEnd } from './suppression-terms.js';
import {
  type ChangeSuppression,
  type ListSuppressionsQuery,
  type NewSuppression,
  type SuppressionAnswer,
  type SuppressionPage,
} from './suppressions.dto.js';
import * as sql from './suppressions.sql.js';

/** What is to be held back. */
export interface SuppressionRequest {
  /** One scope, all of a type, or all. */
  readonly scope: ScopePattern;
  readonly key: { readonly ruleKey: string } | { readonly dedupeKey: string };
  /** Null: for good. */
  readonly until: Date | null;
  readonly reason: string;
}

/** The end and the reason of a suppression. */
type EarlierTerms = Pick<sql.StoredSuppression, 'until' | 'reason'>;
type Statements = Pick<Transaction, 'query' | 'publish'>;
type Terms = Pick<sql.StoredSuppression, 'entityType' | 'entityId' | 'until'>;

/** What operators have suppressed: sets, changes, lifts and lists it. */
@Injectable()
export class SuppressionsService {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly reads: Reads,
    private readonly paginator: Paginator,
  ) {}

  /** A page of the suppressions whose scopes lie in those that the query reads, newest first. */
  async list(query: ListSuppressionsQuery, actor: Actor): Promise<SuppressionPage> {
    const { ruleKey, active } = query;
    const filter = { scopes: scopesToRead(query, actor), ruleKey, active };
    const page = this.paginator.open('suppressions', filter, query);
    const { statement, values } = sql.suppressionsQuery(filter, page);
    const rows = await this.reads.query<sql.Suppression>(statement, values, {
      caller: actor,
    });
    const { items, pagination } = page.answer(rows, sql.NEWEST.positionOf);
    return { items: items.map(answerOf), pagination };
  }

  /**
   * Suppresses a rule or a dedupe key; one that holds for the same in the same scope is changed instead.
   * Throws a 400, a 403 for one that takes `suppressions.forever`, a 404 for a scope that is not granted.
   */
  async create(
    body: NewSuppression,
    actor: Actor,
  ): Promise<{ suppression: SuppressionAnswer; created: boolean }> {
    const request = requestOf(body, actor);
    const { id, created } = await this.transactions.run(
      async (tx) => {
        assertMay(actor, { ...columnsOfScope(request.scope), until: request.until });
        const key = keyValues(request);
        const [holding] = await tx.query<sql.StoredSuppression>(sql.FIND_HOLDING, key);
        if (holding) return { id: await this.replace(tx, holding, request, actor), created: false };
        const made = await this.suppress(tx, request, actor);
        if (made) return { id: made.id, created: made.created };
        // Another request has set one that lasts as long.
        const [other] = await tx.query<sql.StoredSuppression>(sql.FIND_HOLDING, key);
        if (!other) throw new Error('A suppression was neither set nor found.');
        return { id: other.id, created: false };
      },
      { caller: actor },
    );
    return { suppression: await this.get(id, actor), created };
  }

  /** Changes the end or the reason. Throws a 400, a 403, a 404, and a 409 for one that has ended. */
  async change(id: string, body: ChangeSuppression, actor: Actor): Promise<SuppressionAnswer> {
    const end = namedEnd(body, new Date());
    if (end === undefined && body.reason == null) {
      throw invalidField('body', 'give at least one of for, until and reason');
    }
    await this.transactions.run(
      async (tx) => {
        const known = await lock(tx, id, actor);
        assertMay(actor, known);
        if (known.isOver) {
          throw new ConflictError(
            'SUPPRESSION_ENDED',
            'The suppression has ended; set a new one instead.',
          );
        }
        const until = end === undefined ? known.until : end;
        const reason = body.reason ?? known.reason;
        await this.replace(tx, known, { until, reason }, actor);
      },
      { caller: actor },
    );
    return this.get(id, actor);
  }

  /** Ends a suppression at once. Repeating it is a success. Throws a 403 and a 404. */
  async lift(id: string, actor: Actor): Promise<void> {
    await this.transactions.run((tx) => this.liftIn(tx, id, actor), { caller: actor });
  }

  /** The same in the caller's transaction. */
  async liftIn(tx: Statements, id: string, actor: Actor): Promise<void> {
    const known = await lock(tx, id, actor);
    if (known.isOver) return;
    assertMay(actor, known);
    const [lifted] = await tx.query<sql.StoredSuppression>(sql.LIFT, [id, actor.id]);
    if (lifted) publish(tx, 'suppression.lifted', lifted, actor);
  }

  /**
   * Suppresses in the caller's transaction; the next run expires what is queued. Nothing changes where a
   * suppression that lasts as long holds already: undefined. The caller has checked scope and permission.
   */
  async suppress(
    tx: Statements,
    request: SuppressionRequest,
    actor: Actor,
  ): Promise<(sql.StoredSuppression & { created: boolean }) | undefined> {
    const id = uuidv7();
    const values = [...keyValues(request), id, request.until, request.reason, actor.id];
    const [stored] = await tx.query<sql.StoredSuppression>(sql.SUPPRESS, values);
    if (!stored) return undefined;
    const created = stored.id === id;
    publish(tx, created ? 'suppression.created' : 'suppression.changed', stored, actor);
    return { ...stored, created };
  }

  /** The suppression that holds for the same in the same scope, if any, in the caller's transaction. */
  async holding(
    tx: Pick<Statements, 'query'>,
    request: SuppressionRequest,
  ): Promise<sql.StoredSuppression | undefined> {
    return (await tx.query<sql.StoredSuppression>(sql.FIND_HOLDING, keyValues(request)))[0];
  }

  /**
   * Takes back a suppression that was set until then, in the caller's transaction: it is lifted, or has the
   * end and the reason of before. One that was changed or has ended since stays as it is.
   */
  async takeBack(
    tx: Statements,
    id: string,
    { until, before }: { readonly until: Date; readonly before: EarlierTerms | undefined },
    actor: Actor,
  ): Promise<void> {
    const [known] = await tx.query<sql.StoredSuppression & { isOver: boolean }>(sql.LOCK, [
      id,
      grantOf(actor),
    ]);
    if (!known || known.isOver || known.until?.getTime() !== until.getTime()) return;
    const [changed] = before
      ? await tx.query<sql.StoredSuppression>(sql.CHANGE, [id, before.until, before.reason])
      : await tx.query<sql.StoredSuppression>(sql.LIFT, [id, actor.id]);
    if (!changed) return;
    publish(tx, before ? 'suppression.changed' : 'suppression.lifted', changed, actor);
  }

  /** One suppression; throws a 404. */
  async get(id: string, actor: Actor): Promise<SuppressionAnswer> {
    if (!isUuid(id)) throw suppressionNotFound();
    const [found] = await this.transactions.query<sql.Suppression>(sql.FIND, [id, grantOf(actor)], {
      caller: actor,
    });
    if (!found) throw suppressionNotFound();
    return answerOf(found);
  }

  private async replace(
    tx: Statements,
    known: sql.StoredSuppression,
    { until, reason }: { readonly until: Date | null; readonly reason: string | null },
    actor: Actor,
  ): Promise<string> {
    assertMay(actor, known);
    assertMay(actor, { ...known, until });
    const [changed] = await tx.query<sql.StoredSuppression>(sql.CHANGE, [known.id, until, reason]);
    if (changed) publish(tx, 'suppression.changed', changed, actor);
    return known.id;
  }
}

/** What a body asks for; throws a 400, or a 404 for a scope that is not granted. */
function requestOf(body: NewSuppression, actor: Actor): SuppressionRequest {
  const { ruleKey, dedupeKey, reason } = body;
  const until = namedEnd(body, new Date());
  if (until === undefined) throw invalidField('for', 'give one of for and until');
  if ((ruleKey == null) === (dedupeKey == null)) {
    throw invalidField('ruleKey', 'give exactly one of ruleKey and dedupeKey');
  }
  const key = ruleKey == null ? { dedupeKey: dedupeKey ?? '' } : { ruleKey };
  return { scope: patternFor(body, actor), key, until, reason };
}

/** Throws a 403 for a suppression that takes a permission which the actor lacks. */
function assertMay({ permissions }: Actor, { entityType, entityId, until }: Terms): void {
  if (permissions.has('suppressions.forever')) return;
  if (isFarReaching({ entityType, entityId }, until, new Date())) {
    throw permissionDenied('suppressions.forever');
  }
}

async function lock(
  tx: Statements,
  id: string,
  actor: Actor,
): Promise<sql.StoredSuppression & { readonly isOver: boolean }> {
  const [known] = isUuid(id)
    ? await tx.query<sql.StoredSuppression & { isOver: boolean }>(sql.LOCK, [id, grantOf(actor)])
    : [];
  if (!known) throw suppressionNotFound();
  return known;
}

function columnsOfScope(scope: ScopePattern): Pick<Terms, 'entityType' | 'entityId'> {
  return { entityType: scope.entityType ?? null, entityId: scope.entityId ?? null };
}

function keyValues({ scope, key }: SuppressionRequest): (string | null)[] {
  const { entityType = null, entityId = null } = scope;
  const ruleKey = 'ruleKey' in key ? key.ruleKey : null;
  return [entityType, entityId, ruleKey, 'dedupeKey' in key ? key.dedupeKey : null];
}

function scopeText({ entityType, entityId }: Pick<Terms, 'entityType' | 'entityId'>): string {
  return patternText({
    ...(entityType === null ? {} : { entityType }),
    ...(entityId === null ? {} : { entityId }),
  });
}

function answerOf(row: sql.Suppression): SuppressionAnswer {
  const { id, entityType, entityId, ruleKey, dedupeKey, until, endedAt, ...rest } = row;
  const active = endedAt === null && (until === null || until.getTime() > Date.now());
  const scope = scopeText(row);
  return { id, scope, entityType, entityId, ruleKey, dedupeKey, until, active, endedAt, ...rest };
}

function publish(
  tx: Statements,
  name: 'suppression.created' | 'suppression.changed' | 'suppression.lifted',
  suppression: sql.StoredSuppression,
  actor: Actor,
): void {
  const { id, entityType, entityId, ruleKey, dedupeKey, until, reason } = suppression;
  tx.publish(name, {
    ...causedBy(actor),
    sourceType: 'suppression',
    sourceId: id,
    ...(entityType === null || entityId === null ? {} : { scope: { entityType, entityId } }),
    status: 'success',
    meta: {
      scope: scopeText(suppression),
      ruleKey,
      dedupeKey,
      until: until?.toISOString() ?? null,
      reason,
    },
  });
}

function suppressionNotFound(): NotFoundError {
  return new NotFoundError('SUPPRESSION_NOT_FOUND', 'There is no suppression with this id.');
}
