import { type Scope } from '../kernel/scope.js';
import {
  timeWindows,
  WORK_ITEM_CONDITIONS,
  type WorkItemCondition,
  type WorkItemConditionKey,
} from './work-item-conditions.js';
import { FACT_SAMPLE_SIZE, type WorkItemFacts } from './work-item-facts.js';

/**
 * The values of the first five parameters, at `now`. The conditions are SQL over `work_items AS item`;
 * in every statement that reads them, $1 and $2 are the scope and $3, $4 and $5 the windows: now, the
 * start of today and 24 h ago.
 */
export function windowValues(scope: Scope, now: Date): unknown[] {
  return [scope.entityType, scope.entityId, ...timeValues(now)];
}

/** The values of the windows alone, for a statement that binds no scope before them. */
export function timeValues(now: Date): unknown[] {
  const windows = timeWindows(now);
  return [now, windows.startOfToday, windows.dayAgo];
}

/** The number of the first of the three parameters of the windows. */
const FIRST_WINDOW = 3;

/** A row with the windows: each is named once, so that PostgreSQL knows the type of all of them. */
export function windowsSql(first = FIRST_WINDOW): string {
  return `(SELECT $${first}::timestamptz AS now, $${first + 1}::timestamptz AS start_of_today,
      $${first + 2}::timestamptz AS day_ago) AS windows`;
}
export const WINDOWS = windowsSql();

/**
 * Whether an item meets the condition. Its literals come from the code, never from a client. `first` is the
 * number of the first parameter of the windows.
 */
export function conditionSql(key: WorkItemConditionKey, first = FIRST_WINDOW): string {
  const condition: WorkItemCondition = WORK_ITEM_CONDITIONS[key];
  const parts = [
    'item.is_open',
    `item.kind = '${condition.kind}'`,
    isIn('state', condition.states),
  ];
  if (condition.priorities) parts.push(isIn('priority', condition.priorities));
  if (condition.scored !== undefined) {
    parts.push(`item.scored_at IS ${condition.scored ? 'NOT NULL' : 'NULL'}`);
  }
  if (condition.due === 'missing') parts.push('item.due_at IS NULL');
  if (condition.due === 'before_now') parts.push(`item.due_at < $${first}::timestamptz`);
  if (condition.due === 'before_today') parts.push(`item.due_at < $${first + 1}::timestamptz`);
  if (condition.occurred === 'today') parts.push(`item.occurred_at >= $${first + 1}::timestamptz`);
  if (condition.occurred === 'last_24_hours')
    parts.push(`item.occurred_at >= $${first + 2}::timestamptz`);
  return parts.join(' AND ');
}

/** The items of the scope that meet a condition; all columns that it uses are in one index. */
function itemsThatMeet(key: WorkItemConditionKey): string {
  return `
      FROM work_items AS item
      WHERE item.entity_type = $1 AND item.entity_id = $2 AND ${conditionSql(key)}`;
}

/** How many items of the scope meet the condition. */
export function countSql(key: WorkItemConditionKey): string {
  return `(SELECT count(*)::int ${itemsThatMeet(key)})`;
}

/** The facts of a condition in the scope as one JSON value, which {@link factsOf} reads. */
export function factsSql(key: WorkItemConditionKey): string {
  return `(
      SELECT json_build_object(
        'count', count(*),
        'highPriorityCount', count(*) FILTER (WHERE item.priority = 'high'),
        'criticalPriorityCount', count(*) FILTER (WHERE item.priority = 'critical'),
        'oldestDueAt', min(item.due_at),
        'newestAt', max(item.occurred_at),
        'externalIds', ARRAY(
          SELECT item.external_id ${itemsThatMeet(key)}
          ORDER BY item.due_at, item.occurred_at, item.external_id COLLATE "C"
          LIMIT ${FACT_SAMPLE_SIZE}))
      ${itemsThatMeet(key)})`;
}

/** Facts as {@link factsSql} answers them. */
export interface FactsRow extends Omit<WorkItemFacts, 'oldestDueAt' | 'newestAt'> {
  readonly oldestDueAt: string | null;
  readonly newestAt: string | null;
}

/** The facts with their times as dates. */
export function factsOf(row: FactsRow): WorkItemFacts {
  return {
    ...row,
    oldestDueAt: row.oldestDueAt === null ? null : new Date(row.oldestDueAt),
    newestAt: row.newestAt === null ? null : new Date(row.newestAt),
  };
}

function isIn(column: string, words: readonly string[]): string {
  const list = words.map((word) => `'${word}'`).join(', ');
  return words.length === 1 ? `item.${column} = ${list}` : `item.${column} IN (${list})`;
}
