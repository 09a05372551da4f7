import { type Query } from '../connections/statement.js';
import { type Keyset, type Position } from './keyset.js';

/** Which rows of a list to read. */
export interface PageStart {
  /** Most rows to read: one more than a page holds, which shows whether another page follows. */
  readonly limit: number;
  /** The position after which the page begins. */
  readonly after?: Position | undefined;
  /** How many rows to skip (OFFSET), if there is no such position. */
  readonly offset?: number;
}

/** What a page shows. */
interface PageParts<Row> {
  readonly select: string;
  readonly from: string;
  readonly keyset: Keyset<Row>;
  /** Builds the statement around the one that reads the page; `limit` is the parameter of its limit. */
  readonly wrap?: (page: string, limit: string) => string;
}

/**
 * The statements of one list: a page of it, and its number of rows. They differ only in which conditions
 * are set and how a page begins, never in values: each variant is prepared and planned once per connection,
 * and no value can get into the text.
 */
export class ListQuery {
  private readonly conditions: string[];
  private readonly values: unknown[];
  private readonly shape: string[] = [];

  /** `base`: the conditions that the list always has, and the values of their parameters. */
  constructor(
    private readonly name: string,
    base: { readonly conditions?: readonly string[]; readonly values?: readonly unknown[] } = {},
  ) {
    this.conditions = [...(base.conditions ?? [])];
    this.values = [...(base.values ?? [])];
  }

  /** Adds a condition without a value. `name` becomes a part of the statement's name. */
  when(name: string, condition: string): this {
    this.conditions.push(condition);
    this.shape.push(name);
    return this;
  }

  /** Adds a condition on a value, which is bound to a parameter; none where the value is undefined. */
  where(name: string, value: unknown, condition: (parameter: string) => string): this {
    return value === undefined ? this : this.when(name, condition(bind(this.values, value)));
  }

  /** How many rows there are: one row, `total`. */
  total(from: string): Query {
    const where = whereClause(this.conditions);
    return {
      statement: {
        name: this.statementName('count'),
        text: `SELECT count(*)::int AS total FROM ${from}${where}`,
      },
      values: [...this.values],
    };
  }

  /** A page of the rows, in the order of the keyset. */
  page<Row>({ select, from, keyset, wrap }: PageParts<Row>, start: PageStart): Query {
    const values = [...this.values];
    const conditions = [...this.conditions];
    const begin = [];
    let skip = '';
    if (start.after !== undefined) {
      conditions.push(keyset.behind(start.after.map((value) => bind(values, value))));
      begin.push('after');
    } else if (start.offset !== undefined && start.offset > 0) {
      skip = ` OFFSET ${bind(values, start.offset)}`;
      begin.push('offset');
    }
    const limit = bind(values, start.limit);
    const text = `
      SELECT ${select} FROM ${from}${whereClause(conditions)}
      ORDER BY ${keyset.order}
      LIMIT ${limit}${skip}`;
    return {
      statement: { name: this.statementName('list', begin), text: wrap?.(text, limit) ?? text },
      values,
    };
  }

  private statementName(verb: 'list' | 'count', begin: readonly string[] = []): string {
    return [verb, this.name, ...this.shape, ...begin].join('_');
  }
}

/** Adds a value and returns its parameter. */
function bind(values: unknown[], value: unknown): string {
  return `$${values.push(value)}`;
}

function whereClause(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
}
