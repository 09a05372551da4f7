import { type ScopeFilter } from '../../kernel/scope.js';
import { type Query } from '../connections/statement.js';
import { type Keyset, type Position } from './keyset.js';
import { scopeCondition } from './scope-condition.js';

/** Which rows of a list to read. */
export interface PageStart {
  /** Most rows to read: one more than a page holds, which shows whether another page follows. */
  readonly limit: number;
  /** The position after which the page begins. */
  readonly after?: Position | undefined;
  /** How many rows to skip (OFFSET), if there is no such position. */
  readonly offset?: number;
}

/**
 * Reads a list in parts and merges them: an index that begins with a column in the condition gives each
 * part in the order of the list, but not all of them.
 */
export interface ListParts {
  /** Name of the parts in the names of statements. */
  readonly name: string;
  /** SELECT of the values that tell the parts apart, as rows of one column `part`. */
  readonly source: string;
  /** Whether a row is in a part: `entity_type = parts.part`. */
  readonly condition: string;
}

/** The rows of a list. */
interface ListRows {
  readonly from: string;
  /** Where a list is read in parts. */
  readonly parts?: ListParts | undefined;
}

/** What a page shows. */
interface PageParts<Row> extends ListRows {
  readonly select: string;
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
    return this.label(name);
  }

  /** Adds a part to the names of the statements, for what `from` says of the rows. */
  label(name: string): this {
    this.shape.push(name);
    return this;
  }

  /** Adds a condition on a value, which is bound to a parameter; none where the value is undefined. */
  where(name: string, value: unknown, condition: (parameter: string) => string): this {
    return value === undefined ? this : this.when(name, condition(bind(this.values, value)));
  }

  /** Adds the condition for rows of these scopes; `alias` is the table's. */
  within(scopes: ScopeFilter, alias?: string): this {
    const condition = scopeCondition(scopes, (value) => bind(this.values, value), alias);
    if (condition !== undefined) this.conditions.push(condition);
    return this.label(scopes.kind);
  }

  /**
   * How many rows there are, at most `limit` where one is given: one row, `total`. The count ends at the
   * limit, so that its cost does not grow with the list.
   */
  total({ from, parts }: ListRows, limit?: number): Query {
    const most = limit === undefined ? '' : ` LIMIT ${limit}`;
    const rows = parts
      ? ` FROM (${parts.source}) AS parts CROSS JOIN LATERAL (
        SELECT FROM ${from}${whereClause([...this.conditions, parts.condition])}${most}) AS rows`
      : ` FROM ${from}${whereClause(this.conditions)}`;
    const text =
      limit === undefined
        ? `SELECT count(*)::int AS total${rows}`
        : `SELECT count(*)::int AS total FROM (SELECT${rows}${most}) AS counted`;
    const name = this.statementName('count', [
      ...(parts ? [parts.name] : []),
      ...(limit === undefined ? [] : [`to_${limit}`]),
    ]);
    return { statement: { name, text }, values: [...this.values] };
  }

  /** A statement of its own over the rows of this list: `text` gets the WHERE clause. */
  statement(verb: string, text: (where: string) => string): Query {
    return {
      statement: { name: this.statementName(verb), text: text(whereClause(this.conditions)) },
      values: [...this.values],
    };
  }

  /** A page of the rows, in the order of the keyset. */
  page<Row>({ select, from, keyset, parts, wrap }: PageParts<Row>, start: PageStart): Query {
    const values = [...this.values];
    const conditions = [...this.conditions];
    const begin = parts ? [parts.name] : [];
    let offset: string | undefined;
    if (start.after !== undefined) {
      conditions.push(keyset.behind(start.after.map((value) => bind(values, value))));
      begin.push('after');
    } else if (start.offset !== undefined && start.offset > 0) {
      offset = bind(values, start.offset);
      begin.push('offset');
    }
    const limit = bind(values, start.limit);
    const rows = parts
      ? `(${parts.source}) AS parts CROSS JOIN LATERAL (
        SELECT * FROM ${from}${whereClause([...conditions, parts.condition])}
        ORDER BY ${keyset.order}
        LIMIT ${offset === undefined ? limit : `${offset}::bigint + ${limit}`}) AS rows`
      : `${from}${whereClause(conditions)}`;
    const text = `
      SELECT ${select} FROM ${rows}
      ORDER BY ${keyset.order}
      LIMIT ${limit}${offset === undefined ? '' : ` OFFSET ${offset}`}`;
    return {
      statement: { name: this.statementName('list', begin), text: wrap?.(text, limit) ?? text },
      values,
    };
  }

  private statementName(verb: string, begin: readonly string[] = []): string {
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
