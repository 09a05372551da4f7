import { type Priority } from '../../kernel/priority.js';
import { type Statement } from '../../database/transactions/transaction.js';
import { NEXT_ACTION_COLUMNS } from './next-actions.sql.js';
import { type NextActionStatus } from './next-best-action.entity.js';

/** What a list of NBAs is narrowed to. All filters combine. */
export interface NextActionFilter {
  readonly entityType: string;
  readonly entityId: string;
  readonly status?: NextActionStatus;
  readonly priority?: Priority;
  readonly sourceType?: string;
  /** Substring of title, reason or rule, case-insensitive; `%` and `_` mean themselves. */
  readonly search?: string;
}

/** Where a page begins: behind a row, or after so many rows. */
export type PageStart =
  | { readonly after: readonly [score: number, createdAt: string, id: string] }
  | { readonly offset: number };

interface Query {
  readonly statement: Statement;
  readonly values: unknown[];
}

/**
 * The page and the total of a list. Statements differ by which filters are set, never by their values,
 * so that each shape is planned once per connection.
 */
export function listQueries(
  filter: NextActionFilter,
  start: PageStart,
  limit: number,
): { page: Query; total: Query } {
  const values: unknown[] = [filter.entityType, filter.entityId];
  const where = ['entity_type = $1', 'entity_id = $2'];
  let shape = '';
  const add = (letter: string, value: unknown, condition: (parameter: string) => string): void => {
    values.push(value);
    where.push(condition(`$${values.length}`));
    shape += letter;
  };

  if (filter.status === undefined || filter.status === 'queued') {
    where.push('(snoozed_until IS NULL OR snoozed_until <= now())');
    shape += 'z';
  }
  // The queue's own partial index serves it only if its predicate stands in the statement.
  if (filter.status === 'queued') {
    where.push(`status = 'queued'`);
    shape += 'q';
  } else if (filter.status !== undefined) {
    add('s', filter.status, (parameter) => `status = ${parameter}`);
  }
  if (filter.priority !== undefined)
    add('p', filter.priority, (parameter) => `priority = ${parameter}`);
  if (filter.sourceType !== undefined)
    add('t', filter.sourceType, (parameter) => `source_type = ${parameter}`);
  if (filter.search !== undefined) {
    const pattern = `%${filter.search.replace(/[\\%_]/g, '\\$&')}%`;
    add(
      'x',
      pattern,
      (p) => `(title ILIKE ${p} OR reason ILIKE ${p} OR created_by_rule ILIKE ${p})`,
    );
  }

  const total = {
    statement: {
      name: `count_next_actions_${shape}`,
      text: `SELECT count(*)::int AS total FROM next_best_actions WHERE ${where.join(' AND ')}`,
    },
    values: [...values],
  };

  let skip = '';
  if ('after' in start) {
    values.push(...start.after);
    const [score, createdAt, id] = [values.length - 2, values.length - 1, values.length];
    // One row comparison, which an index on the same columns answers by going straight to the place.
    where.push(
      `(score, created_at, id) < ($${score}::int, $${createdAt}::timestamptz, $${id}::uuid)`,
    );
    shape += 'k';
  } else if (start.offset > 0) {
    values.push(start.offset);
    skip = ` OFFSET $${values.length}`;
    shape += 'o';
  }
  values.push(limit);
  const page = {
    statement: {
      name: `list_next_actions_${shape}`,
      text: `
        SELECT ${NEXT_ACTION_COLUMNS} FROM next_best_actions
        WHERE ${where.join(' AND ')}
        ORDER BY score DESC, created_at DESC, id DESC
        LIMIT $${values.length}${skip}`,
    },
    values,
  };
  return { page, total };
}
