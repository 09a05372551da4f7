import { type Statement } from '../../database/transactions/transaction.js';

/** The columns of a NextAction, each under its property's name. */
export const NEXT_ACTION_COLUMNS = `
  id, title, reason, priority, score, status, source_type AS "sourceType", source_id AS "sourceId",
  action_url AS "actionUrl", payload, explanation, created_by_rule AS "createdByRule",
  template_key AS "templateKey", dedupe_key AS "dedupeKey", entity_type AS "entityType",
  entity_id AS "entityId", snoozed_until AS "snoozedUntil", last_executed_at AS "lastExecutedAt",
  last_execution_status AS "lastExecutionStatus",
  last_execution_error_code AS "lastExecutionErrorCode",
  last_execution_error_message AS "lastExecutionErrorMessage", created_at AS "createdAt",
  updated_at AS "updatedAt", completed_at AS "completedAt", dismissed_at AS "dismissedAt"`;

/** One NBA by its id. */
export const FIND: Statement = {
  name: 'find_next_action',
  text: `SELECT ${NEXT_ACTION_COLUMNS} FROM next_best_actions WHERE id = $1`,
};

/**
 * Creates an NBA, or updates the queued one with the same dedupe key in the same scope. Two at once
 * meet in the partial unique index: one inserts, the other updates. xmax is 0 on a row that this
 * statement inserted. A snooze of the operator survives an update that does not set one.
 */
export const UPSERT: Statement = {
  name: 'upsert_next_action',
  text: `
    INSERT INTO next_best_actions AS nba (id, title, reason, priority, score, source_type, source_id,
      action_url, payload, explanation, created_by_rule, template_key, dedupe_key, entity_type,
      entity_id, snoozed_until)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
    ON CONFLICT (entity_type, entity_id, dedupe_key) WHERE status = 'queued' AND dedupe_key IS NOT NULL
    DO UPDATE SET title = excluded.title, reason = excluded.reason, priority = excluded.priority,
      score = excluded.score, source_type = excluded.source_type, source_id = excluded.source_id,
      action_url = excluded.action_url, payload = excluded.payload,
      explanation = excluded.explanation, created_by_rule = excluded.created_by_rule,
      template_key = excluded.template_key, origin = 'api',
      snoozed_until = COALESCE(excluded.snoozed_until, nba.snoozed_until), updated_at = now()
    RETURNING ${NEXT_ACTION_COLUMNS}, (xmax = 0) AS created`,
};

/** Hides an open NBA from the queue until a time. */
export const SNOOZE: Statement = {
  name: 'snooze_next_action',
  text: `
    UPDATE next_best_actions SET snoozed_until = $2, updated_at = now()
    WHERE id = $1 AND status = 'queued'`,
};
