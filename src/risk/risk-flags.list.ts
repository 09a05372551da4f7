import { type Query } from '../database/connections/statement.js';
import { Keyset } from '../database/sql/keyset.js';
import { ListQuery, type PageStart } from '../database/sql/list-query.js';
import { PRIORITIES, type Priority, priorityRank } from '../kernel/priority.js';
import { type Scope } from '../kernel/scope.js';
import { type RiskFlag, type RiskStatus } from './risk-flag.js';
import { RISK_FLAG_COLUMNS } from './risk-flags.sql.js';

/** Filters of a list of flags. All filters combine. */
export interface RiskFilter extends Scope {
  readonly status?: RiskStatus | undefined;
  readonly severity?: Priority | undefined;
  readonly ruleKey?: string | undefined;
}

/** Each status as a condition on the stored columns. */
const STATUS_IS: Readonly<Record<RiskStatus, string>> = {
  open: `status = 'open' AND (snoozed_until IS NULL OR snoozed_until <= now())`,
  snoozed: `status = 'open' AND snoozed_until > now()`,
  resolved: `status = 'resolved'`,
  dismissed: `status = 'dismissed'`,
};

/** The most severe first, then the newest. */
export const SEVEREST = new Keyset<RiskFlag>([
  {
    sql: `array_position(ARRAY['${PRIORITIES.join(`', '`)}'], severity)`,
    type: 'int',
    // The rank in SQL counts from 1.
    of: ({ severity }) => priorityRank(severity) + 1,
  },
  { sql: 'id', type: 'uuid', of: ({ id }) => id },
]);

/** A page of a scope's flags. */
export function listQuery(filter: RiskFilter, start: PageStart): Query {
  const { entityType, entityId, status, severity, ruleKey } = filter;
  const list = new ListQuery('risk_flags', {
    conditions: ['entity_type = $1', 'entity_id = $2'],
    values: [entityType, entityId],
  });
  if (status !== undefined) list.when(status, STATUS_IS[status]);
  list
    .where('severity', severity, (parameter) => `severity = ${parameter}`)
    .where('rule', ruleKey, (parameter) => `rule_key = ${parameter}`);
  return list.page({ select: RISK_FLAG_COLUMNS, from: 'risk_flags', keyset: SEVEREST }, start);
}
