import { type Priority } from '../kernel/priority.js';
import { type Scope } from '../kernel/scope.js';
import { type Statement } from '../database/transactions/transaction.js';
import { type WorkItemConditionKey } from './work-item-conditions.js';
import { conditionSql, WINDOWS, windowValues } from './work-item-facts.sql.js';
import { type WorkItemKind } from './work-item-kinds.js';
import { WORK_ITEM_COLUMNS } from './work-items.sql.js';

/** What a list of work items is narrowed to. All filters combine. */
export interface WorkItemFilter extends Scope {
  readonly kind?: WorkItemKind;
  readonly state?: string;
  readonly priority?: Priority;
  readonly open?: boolean;
  /** Only items that are due before then. */
  readonly dueBefore?: string;
  /** Only items that a rule counts under this condition, now. */
  readonly condition?: WorkItemConditionKey;
}

/** Where a page begins: behind an item, or after so many. */
export type PageStart = { readonly after: string } | { readonly offset: number };

interface Query {
  readonly statement: Statement;
  readonly values: unknown[];
}

/**
 * The page, newest first, and the total of a list. Statements differ by which filters are set, never
 * by their values, so that each shape is planned once per connection.
 */
export function listQueries(
  filter: WorkItemFilter,
  start: PageStart,
  limit: number,
  now: Date,
): { page: Query; total: Query } {
  const values = windowValues(filter, now);
  const where = ['item.entity_type = $1', 'item.entity_id = $2'];
  let shape = '';
  const add = (letter: string, value: unknown, condition: (parameter: string) => string): void => {
    if (value === undefined) return;
    values.push(value);
    where.push(condition(`$${values.length}`));
    shape += letter;
  };

  if (filter.condition !== undefined) {
    where.push(conditionSql(filter.condition));
    shape += `_${filter.condition}_`;
  }
  // The partial index of open items serves a list only if its predicate stands in the statement.
  if (filter.open !== undefined) {
    where.push(filter.open ? 'item.is_open' : 'NOT item.is_open');
    shape += filter.open ? 'o' : 'c';
  }
  add('k', filter.kind, (parameter) => `item.kind = ${parameter}`);
  add('s', filter.state, (parameter) => `item.state = ${parameter}`);
  add('p', filter.priority, (parameter) => `item.priority = ${parameter}`);
  add('d', filter.dueBefore, (parameter) => `item.due_at < ${parameter}::timestamptz`);

  const total = {
    statement: {
      name: `count_work_items_${shape}`,
      text: `
        SELECT count(item.id)::int AS total
        FROM ${WINDOWS} LEFT JOIN work_items AS item ON ${where.join(' AND ')}`,
    },
    values: [...values],
  };

  let skip = '';
  if ('after' in start) {
    add('a', start.after, (parameter) => `item.id < ${parameter}::uuid`);
  } else if (start.offset > 0) {
    values.push(start.offset);
    skip = ` OFFSET $${values.length}`;
    shape += 'f';
  }
  values.push(limit);
  const page = {
    statement: {
      name: `list_work_items_${shape}`,
      text: `
        SELECT ${WORK_ITEM_COLUMNS} FROM ${WINDOWS} JOIN work_items AS item ON ${where.join(' AND ')}
        ORDER BY item.id DESC
        LIMIT $${values.length}${skip}`,
    },
    values,
  };
  return { page, total };
}
