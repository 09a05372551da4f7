import { PRIORITIES } from '../kernel/priority.js';
import { type Statement } from '../database/transactions/transaction.js';
import { type RiskStatus } from './risk-flag.js';

/** The columns of a RiskFlag, each under its property's name. */
const COLUMNS = `
  id, rule_key AS "ruleKey", dedupe_key AS "dedupeKey", entity_type AS "entityType",
  entity_id AS "entityId", severity,
  CASE WHEN status = 'open' AND snoozed_until > now() THEN 'snoozed' ELSE status END AS status,
  title, reason, evidence, first_seen_at AS "firstSeenAt", last_seen_at AS "lastSeenAt",
  snoozed_until AS "snoozedUntil", resolved_at AS "resolvedAt", resolved_by AS "resolvedBy",
  dismissed_at AS "dismissedAt", actor_id AS "actorId"`;

/** A flag's place in the list: the most severe first, then the newest. */
const SEVERITY_RANK = `array_position(ARRAY['${PRIORITIES.join(`', '`)}'], severity)`;

/** Each status as a condition on what is stored. */
const STATUS_IS: Readonly<Record<RiskStatus, string>> = {
  open: `status = 'open' AND (snoozed_until IS NULL OR snoozed_until <= now())`,
  snoozed: `status = 'open' AND snoozed_until > now()`,
  resolved: `status = 'resolved'`,
  dismissed: `status = 'dismissed'`,
};

/**
 * Stores what a run found in the scope $1, $2 at $4, given as one JSON array in $3, and returns the
 * flags that it opened or changed, each with what was done. A flag whose snooze runs is not touched; one
 * that an operator closed is not opened again; one that a rule closed is. An open flag that was found
 * again as it stands only keeps the time at which it was last seen. Open flags that were not found are
 * resolved by the rule.
 *
 * Runs take the scope's lock first, so \`before\` is what the statement meets; an operator may still
 * close a flag meanwhile, which the conditions then see in the row itself.
 */
export const UPSERT_FLAGS: Statement = {
  name: 'upsert_risk_flags',
  text: `
    WITH found AS (
      SELECT * FROM jsonb_to_recordset($3::jsonb) AS f(
        "id" uuid, "ruleKey" text, "dedupeKey" text, "severity" text, "title" text, "reason" text,
        "evidence" jsonb)),
    before AS (
      SELECT dedupe_key, status, severity, title, reason, evidence FROM risk_flags
      WHERE entity_type = $1 AND entity_id = $2),
    stored AS (
      INSERT INTO risk_flags AS flag (id, rule_key, dedupe_key, entity_type, entity_id, severity,
        title, reason, evidence, first_seen_at, last_seen_at)
      SELECT f."id", f."ruleKey", f."dedupeKey", $1, $2, f."severity", f."title", f."reason",
        f."evidence", $4::timestamptz, $4::timestamptz
      FROM found AS f
      ORDER BY f."dedupeKey"
      ON CONFLICT (dedupe_key) DO UPDATE SET
        status = 'open', severity = excluded.severity, title = excluded.title,
        reason = excluded.reason, evidence = excluded.evidence,
        last_seen_at = excluded.last_seen_at,
        first_seen_at = CASE WHEN flag.status = 'open' THEN flag.first_seen_at
                             ELSE excluded.first_seen_at END,
        snoozed_until = NULL, resolved_at = NULL, resolved_by = NULL,
        updated_at = CASE
          WHEN flag.status = 'open' AND (flag.severity, flag.title, flag.reason, flag.evidence)
            IS NOT DISTINCT FROM (excluded.severity, excluded.title, excluded.reason, excluded.evidence)
          THEN flag.updated_at ELSE $4::timestamptz END
      WHERE (flag.status = 'open' AND (flag.snoozed_until IS NULL OR flag.snoozed_until <= $4::timestamptz))
         OR (flag.status = 'resolved' AND flag.resolved_by = 'rule')
      RETURNING id, rule_key, dedupe_key, severity, title, reason, evidence),
    resolved AS (
      UPDATE risk_flags AS flag
      SET status = 'resolved', resolved_by = 'rule', resolved_at = $4::timestamptz,
        snoozed_until = NULL, updated_at = $4::timestamptz
      WHERE flag.entity_type = $1 AND flag.entity_id = $2 AND flag.status = 'open'
        AND (flag.snoozed_until IS NULL OR flag.snoozed_until <= $4::timestamptz)
        AND NOT EXISTS (SELECT FROM found WHERE found."dedupeKey" = flag.dedupe_key)
      RETURNING flag.id, flag.rule_key, flag.severity, flag.reason)
    SELECT s.id, s.rule_key AS "ruleKey", s.severity, s.reason, before.severity AS "severityBefore",
      CASE WHEN before.status IS DISTINCT FROM 'open' THEN 'created' ELSE 'updated' END AS change
    FROM stored AS s LEFT JOIN before USING (dedupe_key)
    WHERE before.status IS DISTINCT FROM 'open'
       OR (before.severity, before.title, before.reason, before.evidence)
          IS DISTINCT FROM (s.severity, s.title, s.reason, s.evidence)
    UNION ALL
    SELECT id, rule_key, severity, reason, severity, 'resolved' FROM resolved`,
};

/** A row of {@link UPSERT_FLAGS}. */
export interface FlagChange {
  readonly id: string;
  readonly ruleKey: string;
  readonly severity: string;
  readonly reason: string;
  readonly severityBefore: string | null;
  readonly change: 'created' | 'updated' | 'resolved';
}

/** One flag by its id. */
export const FIND: Statement = {
  name: 'find_risk_flag',
  text: `SELECT ${COLUMNS} FROM risk_flags WHERE id = $1`,
};

/** Hides an open flag until $3. */
export const SNOOZE: Statement = {
  name: 'snooze_risk_flag',
  text: `
    UPDATE risk_flags SET snoozed_until = $3, actor_id = $2, updated_at = now()
    WHERE id = $1 AND status = 'open'
    RETURNING ${COLUMNS}`,
};

/** Resolves a flag for good: one that a rule resolved becomes the operator's, and stays closed. */
export const RESOLVE: Statement = {
  name: 'resolve_risk_flag',
  text: `
    UPDATE risk_flags SET status = 'resolved', resolved_by = 'operator', actor_id = $2,
      resolved_at = COALESCE(resolved_at, now()), snoozed_until = NULL, updated_at = now()
    WHERE id = $1 AND (status = 'open' OR (status = 'resolved' AND resolved_by = 'rule'))
    RETURNING ${COLUMNS}`,
};

/** Dismisses an open flag for good. */
export const DISMISS: Statement = {
  name: 'dismiss_risk_flag',
  text: `
    UPDATE risk_flags SET status = 'dismissed', dismissed_at = now(), actor_id = $2,
      snoozed_until = NULL, updated_at = now()
    WHERE id = $1 AND status = 'open'
    RETURNING ${COLUMNS}`,
};

/** How many flags of a scope are in each status and severity, and when a run last found one. */
export const SUMMARIZE: Statement = {
  name: 'summarize_risk_flags',
  text: `
    SELECT CASE WHEN status = 'open' AND snoozed_until > now() THEN 'snoozed' ELSE status END AS status,
      severity, count(*)::int AS flags, max(last_seen_at) AS "lastSeenAt"
    FROM risk_flags
    WHERE entity_type = $1 AND entity_id = $2
    GROUP BY 1, 2`,
};

/** What a list of flags is narrowed to. All filters combine. */
export interface RiskFilter {
  readonly entityType: string;
  readonly entityId: string;
  readonly status?: RiskStatus;
  readonly severity?: string;
  readonly ruleKey?: string;
}

/** A page of a scope's flags, behind the given place. Statements differ by which filters are set. */
export function listQuery(
  filter: RiskFilter,
  after: readonly (string | number)[],
  limit: number,
): { statement: Statement; values: unknown[] } {
  const values: unknown[] = [filter.entityType, filter.entityId, limit];
  const where = ['entity_type = $1', 'entity_id = $2'];
  let shape = '';
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  if (filter.status !== undefined) {
    where.push(STATUS_IS[filter.status]);
    shape += `_${filter.status}`;
  }
  if (filter.severity !== undefined) {
    where.push(`severity = ${parameter(filter.severity)}`);
    shape += '_severity';
  }
  if (filter.ruleKey !== undefined) {
    where.push(`rule_key = ${parameter(filter.ruleKey)}`);
    shape += '_rule';
  }
  const [rank, id] = after;
  if (rank !== undefined) {
    where.push(`(${SEVERITY_RANK}, id) < (${parameter(rank)}::int, ${parameter(id)}::uuid)`);
    shape += '_after';
  }
  const text = `
    SELECT ${COLUMNS} FROM risk_flags WHERE ${where.join(' AND ')}
    ORDER BY ${SEVERITY_RANK} DESC, id DESC
    LIMIT $3`;
  return { statement: { name: `list_risk_flags${shape}`, text }, values };
}
