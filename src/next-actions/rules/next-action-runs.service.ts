import { Inject, Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { ENV, type Env } from '../../config/env.js';
import { type Actor, causedBy } from '../../kernel/actor.js';
import { seenScope } from '../../kernel/grants.js';
import { type Scope } from '../../kernel/scope.js';
import { underScopeLock } from '../../database/transactions/scope-lock.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { ScopeTransactions } from '../../database/transactions/scope-transactions.js';
import { windowValues } from '../../work-items/work-item-facts.sql.js';
import { FIND_TRACK_RECORDS, TRACK_OUTCOMES } from '../outcomes/outcome.sql.js';
import { type TrackRecord, trackRecordPoints } from '../outcomes/track-record.js';
import { searchTextOf } from '../model/search-text.js';
import { explain } from './explanation.js';
import { rankingsUnder } from './held-priority.js';
import {
  FETCH_NEXT_ACTION_CONTEXT,
  nextActionContextOf,
  type NextActionContextRow,
} from './next-action-context.sql.js';
import { evaluateNextActionRules, type NextActionCandidate } from './next-action-rules.js';
import { type CandidateRecord, STORE_RUN, type WokenRow } from './next-action-runs.sql.js';
import { type DismissedRule, proposalsOf, type SuppressionProposal } from './proposals.js';
import { dismissedRulesQuery } from './proposals.sql.js';
import { rankCandidates, type Ranked } from './ranking.js';
import { nextActionRunKey } from './run-key.js';

/** The members of a transaction that a run needs. */
type Statements = Pick<Transaction, 'query' | 'execute' | 'publish' | 'defer'>;

/** What a run changed. */
export interface RunOutcome {
  readonly created: number;
  readonly updated: number;
  /** Queued actions whose rule no longer holds. */
  readonly expired: number;
  /** Recommendations that suppressions and cool-downs held back. */
  readonly suppressed: number;
  /** The runs of one actor in one scope on one UTC day share it. */
  readonly runKey: string;
}

/** The same with what could be suppressed in the scope. */
export interface ProposingOutcome extends RunOutcome {
  readonly proposals: SuppressionProposal[];
}

/** Runs the next-action rules: context in one statement, pure rules and ranking, one statement to store. */
@Injectable()
export class NextActionRunsService {
  constructor(
    private readonly scopes: ScopeTransactions,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** Runs the rules in a transaction of its own. */
  run(scope: Scope, actor: Actor): Promise<RunOutcome> {
    return this.scopes.run('next_actions', scope, actor, (tx) =>
      this.runNextActions(tx, scope, actor),
    );
  }

  /** The same, and what operators could suppress, since they mostly dismiss it. */
  async runAndPropose(scope: Scope, actor: Actor): Promise<ProposingOutcome> {
    return this.scopes.run('next_actions', scope, actor, async (tx) => {
      const outcome = await this.runNextActions(tx, scope, actor);
      const { statement, values } = dismissedRulesQuery(seenScope(scope));
      return {
        ...outcome,
        proposals: proposalsOf(await tx.query<DismissedRule>(statement, values)),
      };
    });
  }

  /**
   * Runs the rules in the caller's transaction, one run at a time per scope. `pressedId` is the action
   * whose button runs them, which is not expired by its own press.
   */
  runNextActions(
    tx: Statements,
    scope: Scope,
    actor: Actor,
    pressedId: string | null = null,
  ): Promise<RunOutcome> {
    return underScopeLock(tx, 'next_actions', scope, (now) =>
      this.runAt(now, tx, scope, actor, pressedId),
    );
  }

  private async runAt(
    now: Date,
    tx: Statements,
    scope: Scope,
    actor: Actor,
    pressedId: string | null,
  ): Promise<RunOutcome> {
    const [[context], records] = await Promise.all([
      tx.query<NextActionContextRow>(FETCH_NEXT_ACTION_CONTEXT, windowValues(scope, now)),
      this.trackRecords(tx, scope, now),
    ]);
    if (!context) throw new Error('The context of the next-action rules returned no row.');
    const candidates = evaluateNextActionRules(nextActionContextOf(scope, now, context)).map(
      (candidate) => withTrackRecord(candidate, records.get(candidate.ruleKey)),
    );
    // In reverse rank order: ids ascend, and of equal scores the list shows the greatest id first.
    const actions = rankCandidates(candidates, now).reverse().map(recordOf);
    const { entityType, entityId } = scope;
    const runId = uuidv7();
    const runKey = nextActionRunKey(actor.id ?? 'system', scope, now);
    const [stored] = await tx.query<StoredRun>(STORE_RUN, [
      entityType,
      entityId,
      JSON.stringify(actions),
      now,
      pressedId,
      runId,
      runKey,
      actor.id,
    ]);
    if (!stored) throw new Error('A run of the next-action rules returned no row.');
    const { woken, ...counts } = stored;
    const holding = candidates.map(({ ruleKey }) => ruleKey);
    tx.defer(TRACK_OUTCOMES, [entityType, entityId, now, holding]);
    const outcome = { ...counts, runKey };
    for (const row of woken) publishWoken(tx, row, scope, actor);
    tx.publish('nba.run', {
      ...causedBy(actor),
      sourceType: 'next_action_run',
      sourceId: runId,
      scope: { entityType, entityId },
      status: 'success',
      meta: { entityType, entityId, ...outcome },
    });
    return outcome;
  }

  /** How the closed actions of each rule in the scope ended, where that moves their rank. */
  private async trackRecords(
    tx: Statements,
    { entityType, entityId }: Scope,
    now: Date,
  ): Promise<ReadonlyMap<string, TrackRecord>> {
    if (!this.env.rankByOutcome) return new Map();
    const rows = await tx.query<TrackRecord & { ruleKey: string } & Record<string, unknown>>(
      FIND_TRACK_RECORDS,
      [entityType, entityId, now],
    );
    return new Map(rows.map(({ ruleKey, ...record }) => [ruleKey, record]));
  }
}

function withTrackRecord(
  candidate: NextActionCandidate,
  record: TrackRecord | undefined,
): NextActionCandidate {
  if (record === undefined) return candidate;
  return {
    ...candidate,
    signals: { ...candidate.signals, trackRecord: trackRecordPoints(record) },
  };
}

type StoredRun = Omit<RunOutcome, 'runKey'> & { readonly woken: readonly WokenRow[] };

function publishWoken(
  tx: Pick<Transaction, 'publish'>,
  { id, ...meta }: WokenRow,
  { entityType, entityId }: Scope,
  actor: Actor,
): void {
  tx.publish('nba.woken', {
    ...causedBy(actor),
    sourceType: 'next_action',
    sourceId: id,
    scope: { entityType, entityId },
    status: 'success',
    meta: { entityType, entityId, ...meta },
  });
}

/** A ranked candidate as STORE_RUN reads it. */
export function recordOf(candidate: Ranked<NextActionCandidate>): CandidateRecord {
  const { ruleKey, dedupeKey, title, reason, sourceType, score, factors, signals, links } =
    candidate;
  return {
    id: uuidv7(),
    createdByRule: ruleKey,
    dedupeKey,
    title,
    reason,
    priority: signals.priority,
    score,
    sourceType,
    actionUrl: links[0].href,
    explanation: explain(candidate),
    searchText: searchTextOf({ title, reason, createdByRule: ruleKey }),
    held: rankingsUnder(factors),
  };
}
