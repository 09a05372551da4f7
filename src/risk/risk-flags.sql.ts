import { columnsOf, type RowOf } from '../database/sql/columns.js';
import { type Query } from '../database/connections/statement.js';
import { isGranted } from '../database/sql/scope-condition.js';
import { ListQuery } from '../database/sql/list-query.js';
import { PRIORITIES } from '../kernel/priority.js';
import { type Statement } from '../database/transactions/transaction.js';
import { type GrantedScopes } from '../kernel/grants.js';
import { RiskFlagRow } from './risk-flag.entity.js';

/** The status in the API. */
const STATUS = `CASE WHEN status = 'open' AND snoozed_until > now() THEN 'snoozed' ELSE status END`;

const RISK_FLAG = columnsOf(RiskFlagRow).without('clearedAt', 'createdAt', 'updatedAt');

/** What the statements select of a RiskFlag. */
export const RISK_FLAG_COLUMNS = RISK_FLAG.select(undefined, { status: STATUS });

/** The columns that a run compares: if one differs, the flag is updated. */
const CONTENT = RISK_FLAG.only('severity', 'title', 'reason', 'evidence');
const FOUND = RISK_FLAG.only(
  'id',
  'ruleKey',
  'dedupeKey',
  'severity',
  'title',
  'reason',
  'evidence',
);
const OPENED = RISK_FLAG.only(
  ...FOUND.properties,
  'entityType',
  'entityId',
  'firstSeenAt',
  'lastSeenAt',
);
/** What a run returns about a flag that it changed. */
const CHANGED = RISK_FLAG.only('id', 'ruleKey', 'severity', 'reason');

/** The rank of a severity in SQL. */
const rankOf = (severity: string): string =>
  `array_position(ARRAY['${PRIORITIES.join(`', '`)}'], ${severity})`;

/**
 * Stores what a run found in the scope $1, $2 at $4, given as one JSON array in $3, and returns the flags
 * that it opened or changed, each with what was done. A snoozed or dismissed flag is not changed. A resolved
 * one is opened if a run had found its condition gone (`cleared_at`), so that this is a new occurrence, or if
 * its severity rises above the one that was resolved. For an open flag without a difference, only
 * `last_seen_at` is updated. Open flags that were not found are resolved by the rule.
 *
 * Runs take the scope's lock first, so `before` is what the statement meets; an operator may still close
 * a flag meanwhile, which the conditions then see in the row itself.
 */
export const UPSERT_FLAGS: Statement = {
  name: 'upsert_risk_flags',
  text: `
    WITH found AS (
      SELECT * FROM jsonb_to_recordset($3::jsonb) AS f(${FOUND.recordset()})),
    before AS (
      SELECT dedupe_key, status, ${CONTENT.names()} FROM risk_flags
      WHERE entity_type = $1 AND entity_id = $2),
    stored AS (
      INSERT INTO risk_flags AS flag (${OPENED.names()})
      SELECT ${OPENED.fields('f', {
        entityType: '$1',
        entityId: '$2',
        firstSeenAt: '$4::timestamptz',
        lastSeenAt: '$4::timestamptz',
      })}
      FROM found AS f
      ORDER BY f."dedupeKey"
      ON CONFLICT (dedupe_key) DO UPDATE SET
        status = 'open', ${CONTENT.assignments('excluded')},
        last_seen_at = excluded.last_seen_at,
        first_seen_at = CASE WHEN flag.status = 'open' THEN flag.first_seen_at
                             ELSE excluded.first_seen_at END,
        snoozed_until = NULL, resolved_at = NULL, resolved_by = NULL, cleared_at = NULL,
        updated_at = CASE
          WHEN flag.status = 'open'
            AND (${CONTENT.names('flag')}) IS NOT DISTINCT FROM (${CONTENT.names('excluded')})
          THEN flag.updated_at ELSE $4::timestamptz END
      WHERE (flag.status = 'open' AND (flag.snoozed_until IS NULL OR flag.snoozed_until <= $4::timestamptz))
         OR (flag.status = 'resolved' AND (flag.cleared_at IS NOT NULL
           OR ${rankOf('excluded.severity')} > ${rankOf('flag.severity')}))
      RETURNING ${FOUND.names()}),
    gone AS (
      UPDATE risk_flags AS flag
      SET status = 'resolved', cleared_at = $4::timestamptz, snoozed_until = NULL,
        resolved_by = COALESCE(flag.resolved_by, 'rule'),
        resolved_at = COALESCE(flag.resolved_at, $4::timestamptz),
        updated_at = CASE flag.status WHEN 'open' THEN $4::timestamptz ELSE flag.updated_at END
      WHERE flag.entity_type = $1 AND flag.entity_id = $2
        AND ((flag.status = 'open'
            AND (flag.snoozed_until IS NULL OR flag.snoozed_until <= $4::timestamptz))
          OR (flag.status = 'resolved' AND flag.cleared_at IS NULL))
        AND NOT EXISTS (SELECT FROM found WHERE found."dedupeKey" = flag.dedupe_key)
      RETURNING ${CHANGED.names('flag')}, flag.resolved_by)
    SELECT ${CHANGED.select('s')}, before.severity AS "severityBefore",
      CASE WHEN before.status IS DISTINCT FROM 'open' THEN 'created' ELSE 'updated' END AS change
    FROM stored AS s LEFT JOIN before USING (dedupe_key)
    WHERE before.status IS DISTINCT FROM 'open'
       OR (${CONTENT.names('before')}) IS DISTINCT FROM (${CONTENT.names('s')})
    UNION ALL
    SELECT ${CHANGED.names()}, severity, 'resolved' FROM gone WHERE resolved_by = 'rule'`,
};

/** A row of {@link UPSERT_FLAGS}. */
export interface FlagChange extends RowOf<typeof CHANGED> {
  readonly severityBefore: string | null;
  readonly change: 'created' | 'updated' | 'resolved';
}

/** One flag by its id, if it lies in the scopes of $2; the changes below take those as $3. */
export const FIND: Statement = {
  name: 'find_risk_flag',
  text: `SELECT ${RISK_FLAG_COLUMNS} FROM risk_flags WHERE id = $1 AND ${isGranted('$2')}`,
};

/** Hides an open flag until $4. */
export const SNOOZE: Statement = {
  name: 'snooze_risk_flag',
  text: `
    UPDATE risk_flags SET snoozed_until = $4, actor_id = $2, updated_at = now()
    WHERE id = $1 AND ${isGranted('$3')} AND status = 'open'
    RETURNING ${RISK_FLAG_COLUMNS}`,
};

/** Resolves an open flag, or makes one that a rule resolved the operator's. */
export const RESOLVE: Statement = {
  name: 'resolve_risk_flag',
  text: `
    UPDATE risk_flags SET status = 'resolved', resolved_by = 'operator', actor_id = $2,
      resolved_at = COALESCE(resolved_at, now()), snoozed_until = NULL, updated_at = now()
    WHERE id = $1 AND ${isGranted('$3')} AND (status = 'open' OR (status = 'resolved' AND resolved_by = 'rule'))
    RETURNING ${RISK_FLAG_COLUMNS}`,
};

/** Dismisses an open flag until an operator reopens it. */
export const DISMISS: Statement = {
  name: 'dismiss_risk_flag',
  text: `
    UPDATE risk_flags SET status = 'dismissed', dismissed_at = now(), actor_id = $2,
      snoozed_until = NULL, updated_at = now()
    WHERE id = $1 AND ${isGranted('$3')} AND status = 'open'
    RETURNING ${RISK_FLAG_COLUMNS}`,
};

/** Opens a closed flag, and ends the snooze of an open one. */
export const REOPEN: Statement = {
  name: 'reopen_risk_flag',
  text: `
    UPDATE risk_flags SET status = 'open', resolved_at = NULL, resolved_by = NULL, cleared_at = NULL,
      dismissed_at = NULL, snoozed_until = NULL, actor_id = $2, updated_at = now()
    WHERE id = $1 AND ${isGranted('$3')} AND (status <> 'open' OR snoozed_until > now())
    RETURNING ${RISK_FLAG_COLUMNS}`,
};

/** How many flags of some scopes are in each status and severity, and when a run last found one. */
export function summaryQuery(scopes: GrantedScopes): Query {
  return ListQuery.within('risk_flags', scopes).statement(
    'summarize',
    (where) => `
    SELECT ${STATUS} AS status, severity, count(*)::int AS flags, max(last_seen_at) AS "lastSeenAt"
    FROM risk_flags${where()}
    GROUP BY 1, 2`,
  );
}
