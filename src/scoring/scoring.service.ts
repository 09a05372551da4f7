import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { type Actor, causedBy } from '../kernel/actor.js';
import { type CursorQuery } from '../http/paging/cursor-page.js';
import { Paginator } from '../http/paging/paginator.js';
import { NotFoundError } from '../kernel/errors/domain-error.js';
import { type Scope } from '../kernel/scope.js';
import { underScopeLock } from '../database/transactions/scope-lock.js';
import { type Transaction } from '../database/transactions/transaction.js';
import { ScopeTransactions } from '../database/transactions/scope-transactions.js';
import { Reads } from '../database/replica/reads.js';
import { staleHeartbeatBefore } from '../jobs/api/job-health.js';
import { windowValues } from '../work-items/work-item-facts.sql.js';
import { type LatestScoreRow } from './latest-score.sql.js';
import { type ComputedScore, type PastScore, type ScoreSnapshot } from './score-snapshot.js';
import { HISTORY } from './score-snapshot.sql.js';
import { scopeFactors, type ScopeCounts } from './scope-factors.js';
import { type ScoreAnswer } from './scoring.dto.js';
import { computeScore, type ScoreResult } from './scoring.engine.js';
import * as sql from './scoring.sql.js';
import { scoreDelta, type ScoreTransition, scoreTransitions } from './transitions.js';

/** The members of a transaction that a computation needs. */
type Statements = Pick<Transaction, 'query' | 'publish'>;

interface ScoreContext extends ScopeCounts {
  readonly previous: LatestScoreRow | null;
}

/** Computes, stores and publishes the scores of scopes. */
@Injectable()
export class ScoringService {
  constructor(
    private readonly reads: Reads,
    private readonly scopes: ScopeTransactions,
    private readonly paginator: Paginator,
  ) {}

  /** Computes a scope's score in a transaction of its own. */
  compute(scope: Scope, actor: Actor): Promise<ComputedScore> {
    return this.scopes.run('score', scope, actor, (tx) =>
      this.computeAndStoreScore(tx, scope, actor),
    );
  }

  /**
   * Computes a scope's score for a schedule, in a transaction of its own. A score that is what it was, with
   * the same factors and reasons, is confirmed: nothing is stored again and nothing is published.
   */
  async computeOrConfirm(scope: Scope, actor: Actor): Promise<void> {
    await this.scopes.run('score', scope, actor, (tx) => this.score(tx, scope, actor, true));
  }

  /**
   * Counts, scores and stores a scope in the caller's transaction, and publishes the score and each
   * transition that was not published within the last hour. One at a time per scope, so that each snapshot
   * is compared with the one right before it.
   */
  computeAndStoreScore(tx: Statements, scope: Scope, actor: Actor): Promise<ComputedScore> {
    return this.score(tx, scope, actor);
  }

  private score(
    tx: Statements,
    scope: Scope,
    actor: Actor,
    mayConfirm = false,
  ): Promise<ComputedScore> {
    return underScopeLock(tx, 'score', scope, async (computedAt) => {
      const [context] = await tx.query<ScoreContext>(sql.FETCH_SCORE_CONTEXT, [
        ...windowValues(scope, computedAt),
        staleHeartbeatBefore(computedAt),
      ]);
      if (!context) throw new Error('The context of a score returned no row.');
      const { previous, ...counts } = context;
      const { entityType, entityId } = scope;
      const result = computeScore(scopeFactors(counts));
      if (mayConfirm && previous) {
        const confirmed = await confirm(tx, previous, result, computedAt);
        if (confirmed) return { ...confirmed, transitions: [] };
      }
      const snapshot: ScoreSnapshot = {
        id: uuidv7(),
        entityType,
        entityId,
        ...result,
        delta: scoreDelta(previous, result),
        computedAt,
        confirmedAt: null,
      };
      const transitions = await store(tx, snapshot, actor, scoreTransitions(previous, result));
      publish(tx, snapshot, actor, transitions);
      return { ...snapshot, transitions };
    });
  }

  /** A scope's newest score and a page of its history; throws a 404 where it was never scored. */
  async get(scope: Scope, query: CursorQuery, actor: Actor): Promise<ScoreAnswer> {
    const { entityType, entityId } = scope;
    const page = this.paginator.open('scores', [entityType, entityId], query);
    const [found, rows] = await this.reads.read(
      [
        { statement: sql.FIND_LATEST, values: [entityType, entityId] },
        sql.historyQuery(scope, page),
      ],
      { caller: actor, enough: ([latest]) => latest?.length === 1 },
    );
    const latest = (found as ScoreSnapshot[] | undefined)?.[0];
    if (!latest) {
      throw new NotFoundError('SCORE_NOT_FOUND', 'This scope was never scored.');
    }
    const history = page.answer(rows as unknown as PastScore[], HISTORY.keyset.positionOf);
    return { entityType, entityId, latest, history };
  }
}

/** Confirms the snapshot before, if the result is the same; undefined if not. */
async function confirm(
  tx: Statements,
  { snapshotId }: LatestScoreRow,
  result: ScoreResult,
  confirmedAt: Date,
): Promise<ScoreSnapshot | undefined> {
  const values = sql.confirmedSnapshot({ id: snapshotId, ...result, confirmedAt });
  return (await tx.query<ScoreSnapshot>(sql.CONFIRM_SNAPSHOT, values))[0];
}

async function store(
  tx: Statements,
  snapshot: ScoreSnapshot,
  actor: Actor,
  transitions: readonly ScoreTransition[],
): Promise<ScoreTransition[]> {
  const stored = await tx.query<{ transition: ScoreTransition }>(
    sql.STORE_SNAPSHOT,
    sql.storedSnapshot(snapshot, actor.id, transitions),
  );
  const published = new Set(stored.map(({ transition }) => transition));
  return transitions.filter((transition) => published.has(transition));
}

function publish(
  tx: Statements,
  snapshot: ScoreSnapshot,
  actor: Actor,
  transitions: readonly ScoreTransition[],
): void {
  const { id: snapshotId, entityType, entityId, score, band, delta } = snapshot;
  for (const name of ['computed', ...transitions] as const) {
    tx.publish(`score.${name}`, {
      ...causedBy(actor),
      sourceType: 'score',
      sourceId: snapshotId,
      scope: { entityType, entityId },
      status: 'success',
      meta: { entityType, entityId, snapshotId, score, band, delta },
    });
  }
}
