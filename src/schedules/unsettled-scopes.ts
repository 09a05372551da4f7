import { Injectable } from '@nestjs/common';
import { type Scope } from '../kernel/scope.js';
import { type Statement } from '../database/transactions/transaction.js';
import { TransactionRunner } from '../database/transactions/transaction-runner.js';

/**
 * Every scope that may have something to compute: one with an open work item, and one whose items are all
 * closed but that still has an open flag, a queued action or a latest score below 100. Without the second
 * kind, the flag of the last closed item would stay open. The latest scores are read by a skip scan over
 * the scopes, not through their history.
 */
const LIST_UNSETTLED_SCOPES: Statement = {
  name: 'list_unsettled_scopes',
  text: `
    WITH RECURSIVE latest AS (
      (SELECT entity_type, entity_id, score FROM score_snapshots
       WHERE subject = 'scope'
       ORDER BY entity_type DESC, entity_id DESC, computed_at DESC, id DESC
       LIMIT 1)
      UNION ALL
      SELECT following.entity_type, following.entity_id, following.score
      FROM latest, LATERAL (
        SELECT entity_type, entity_id, score FROM score_snapshots AS snapshot
        WHERE snapshot.subject = 'scope'
          AND (snapshot.entity_type, snapshot.entity_id) < (latest.entity_type, latest.entity_id)
        ORDER BY entity_type DESC, entity_id DESC, computed_at DESC, id DESC
        LIMIT 1) AS following)
    SELECT entity_type AS "entityType", entity_id AS "entityId" FROM work_items WHERE is_open
    UNION
    SELECT entity_type, entity_id FROM latest WHERE score < 100
    UNION
    SELECT entity_type, entity_id FROM risk_flags WHERE status = 'open'
    UNION
    SELECT entity_type, entity_id FROM next_best_actions WHERE status = 'queued' AND origin = 'rule'`,
};

/** Finds the scopes for which a schedule has something to compute. */
@Injectable()
export class UnsettledScopes {
  constructor(private readonly transactions: TransactionRunner) {}

  /** Every such scope, in no order. */
  list(): Promise<Scope[]> {
    return this.transactions.query<Scope & Record<string, string>>(LIST_UNSETTLED_SCOPES);
  }
}
