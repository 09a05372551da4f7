import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { type Actor, causedBy } from '../kernel/actor.js';
import { type Scope } from '../kernel/scope.js';
import { underScopeLock } from '../database/transactions/scope-lock.js';
import { type Transaction } from '../database/transactions/transaction.js';
import { ScopeTransactions } from '../database/transactions/scope-transactions.js';
import {
  FETCH_RISK_CONTEXT,
  riskContextOf,
  type RiskContextRow,
  riskContextValues,
} from './risk-context.sql.js';
import { type RiskRunCounts } from './risk-flag.js';
import { type FlagChange, UPSERT_FLAGS } from './risk-flags.sql.js';
import { evaluateRiskRules, type RiskCandidate, type RiskRuleContext } from './risk-rules.js';

/** The members of a transaction that a run needs. */
type Statements = Pick<Transaction, 'query' | 'publish'>;

/** Runs the risk rules: context in one statement, pure rules, flags in one statement. */
@Injectable()
export class RiskRunsService {
  constructor(private readonly scopes: ScopeTransactions) {}

  /** Runs the rules in a transaction of its own. */
  run(scope: Scope, actor: Actor): Promise<RiskRunCounts> {
    return this.scopes.run('risk', scope, actor, (tx) => this.runRiskRules(tx, scope, actor));
  }

  /** Runs the rules in the caller's transaction, one run at a time per scope, and publishes its events. */
  runRiskRules(tx: Statements, scope: Scope, actor: Actor): Promise<RiskRunCounts> {
    return underScopeLock(tx, 'risk', scope, async (now) => {
      const context = await this.fetchRiskRuleContext(tx, scope, now);
      const changes = await this.upsertRiskFlags(tx, scope, evaluateRiskRules(context), now);
      const counts = {
        created: changes.filter(({ change }) => change === 'created').length,
        updated: changes.filter(({ change }) => change === 'updated').length,
        resolved: changes.filter(({ change }) => change === 'resolved').length,
      };
      publish(tx, scope, actor, counts, changes.filter(becameCritical));
      return counts;
    });
  }

  /** All that the rules may know of the scope, in one statement. */
  async fetchRiskRuleContext(tx: Statements, scope: Scope, now: Date): Promise<RiskRuleContext> {
    const [row] = await tx.query<RiskContextRow>(FETCH_RISK_CONTEXT, riskContextValues(scope, now));
    if (!row) throw new Error('The context of the risk rules returned no row.');
    return riskContextOf(scope, now, row);
  }

  /** Opens, updates and resolves the flags of the scope, in one statement, under the scope's lock. */
  upsertRiskFlags(
    tx: Statements,
    { entityType, entityId }: Scope,
    candidates: readonly RiskCandidate[],
    now: Date,
  ): Promise<FlagChange[]> {
    const found = candidates.map((candidate) => ({ id: uuidv7(), ...candidate }));
    return tx.query<FlagChange>(UPSERT_FLAGS, [entityType, entityId, JSON.stringify(found), now]);
  }
}

function becameCritical({ change, severity, severityBefore }: FlagChange): boolean {
  if (severity !== 'critical' || change === 'resolved') return false;
  return change === 'created' || severityBefore !== 'critical';
}

function publish(
  tx: Statements,
  { entityType, entityId }: Scope,
  actor: Actor,
  counts: RiskRunCounts,
  critical: readonly FlagChange[],
): void {
  const scope = { entityType, entityId };
  const by = {
    ...causedBy(actor),
    scope,
    status: 'success',
  } as const;
  tx.publish('risk.upsert', {
    ...by,
    sourceType: 'scope',
    sourceId: null,
    meta: { ...scope, ...counts },
  });
  for (const { id, ruleKey, severity, reason } of critical) {
    tx.publish('risk.created.critical', {
      ...by,
      sourceType: 'risk_flag',
      sourceId: id,
      meta: { ...scope, ruleKey, severity, reason },
    });
  }
}
