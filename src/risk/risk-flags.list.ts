import { type Query } from '../database/connections/statement.js';
import { Keyset } from '../database/sql/keyset.js';
import { ListQuery, type PageStart } from '../database/sql/list-query.js';
import { type ListParts } from '../database/sql/list-rows.js';
import { entityTypesOf } from '../database/sql/scope-condition.js';
import { PRIORITIES, type Priority, priorityRank } from '../kernel/priority.js';
import { type GrantedScopes } from '../kernel/grants.js';
import { type RiskFlag, type RiskStatus } from './risk-flag.js';
import { RISK_FLAG_COLUMNS } from './risk-flags.sql.js';

/** Filters of a list of flags. All filters combine. */
export interface RiskFilter {
  readonly scopes: GrantedScopes;
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

/** A list over several types is read type by type: the index begins with the type. */
const BY_TYPE: ListParts = {
  name: 'types',
  source: entityTypesOf('risk_flags'),
  condition: 'entity_type = parts.part',
};

/** A page of the flags of some scopes. */
export function listQuery(filter: RiskFilter, start: PageStart): Query {
  const { scopes, status, severity, ruleKey } = filter;
  const list = ListQuery.within('risk_flags', scopes);
  const parts = scopes.kind === 'all' || scopes.kind === 'several' ? BY_TYPE : undefined;
  if (status !== undefined) list.when(status, STATUS_IS[status]);
  list
    .where('severity', severity, (parameter) => `severity = ${parameter}`)
    .where('rule', ruleKey, (parameter) => `rule_key = ${parameter}`);
  const rows = { select: RISK_FLAG_COLUMNS, from: 'risk_flags', keyset: SEVEREST, parts };
  return list.page(rows, start);
}
