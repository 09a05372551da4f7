import { type Scope } from '../kernel/scope.js';
import { type Statement } from '../database/transactions/transaction.js';
import { jobHealthSql, staleHeartbeatBefore } from '../jobs/api/job-health.js';
import {
  LATEST_SCORE_SQL,
  latestScoreOf,
  type LatestScoreRow,
} from '../scoring/latest-score.sql.js';
import {
  factsOf,
  type FactsRow,
  factsSql,
  WINDOWS,
  windowValues,
} from '../work-items/work-item-facts.sql.js';
import { type RiskRuleContext } from './risk-rules.js';

/**
 * Everything that the risk rules may know of a scope, in one snapshot of the database. Each fact is read
 * from the index of open items only. $6 is the heartbeat before which a job is stale.
 */
export const FETCH_RISK_CONTEXT: Statement = {
  name: 'fetch_risk_context',
  text: `
    SELECT
      ${factsSql('delivery_failed_last_24_hours')} AS "failedDeliveries",
      ${factsSql('reminder_overdue_high_priority')} AS "overdueReminders",
      ${factsSql('proposal_follow_up_overdue')} AS "overdueFollowUps",
      ${factsSql('retention_overdue')} AS "overdueRetention",
      jobs.stale::int AS "staleJobs",
      jobs.oldest_heartbeat_at AS "oldestHeartbeatAt",
      jobs.stale_job_ids AS "staleJobIds",
      ${LATEST_SCORE_SQL} AS "latestScore"
    FROM ${WINDOWS},
      (${jobHealthSql({ entityType: '$1', entityId: '$2', staleBefore: '$6' })}) AS jobs`,
};

/** A row of {@link FETCH_RISK_CONTEXT}. */
export interface RiskContextRow {
  readonly failedDeliveries: FactsRow;
  readonly overdueReminders: FactsRow;
  readonly overdueFollowUps: FactsRow;
  readonly overdueRetention: FactsRow;
  readonly staleJobs: number;
  readonly oldestHeartbeatAt: Date | null;
  readonly staleJobIds: readonly string[];
  readonly latestScore: LatestScoreRow | null;
}

/** The values of {@link FETCH_RISK_CONTEXT}. */
export function riskContextValues(scope: Scope, now: Date): unknown[] {
  return [...windowValues(scope, now), staleHeartbeatBefore(now)];
}

/** The context that the rules read. */
export function riskContextOf(scope: Scope, now: Date, row: RiskContextRow): RiskRuleContext {
  return {
    scope,
    now,
    failedDeliveries: factsOf(row.failedDeliveries),
    staleJobs: {
      count: row.staleJobs,
      oldestHeartbeatAt: row.oldestHeartbeatAt,
      jobIds: row.staleJobIds,
    },
    overdueReminders: factsOf(row.overdueReminders),
    overdueFollowUps: factsOf(row.overdueFollowUps),
    overdueRetention: factsOf(row.overdueRetention),
    latestScore: latestScoreOf(row.latestScore),
  };
}
