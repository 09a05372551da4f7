import { type GrantedScopes, type VisibleRows } from '../../kernel/grants.js';
import { type Query } from '../connections/statement.js';
import { type Keyset, type Position } from './keyset.js';
import { isMerged, type ListRows, rowsSql, type Where, whereClause, whereOf } from './list-rows.js';
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

/** What a page shows. */
interface PageParts<Row> extends ListRows {
  readonly select: string;
  readonly keyset: Keyset<Row>;
}

/** What a page of the rows that a search found shows. */
export interface FoundParts<Row> extends PageParts<Row> {
  readonly table: string;
  readonly sorted: readonly string[];
}

/** The conditions that a list always has, and the values of their parameters. */
interface ListBase {
  readonly conditions?: readonly string[];
  readonly values?: readonly unknown[];
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

  private constructor(
    private readonly name: string,
    base: ListBase,
  ) {
    this.conditions = [...(base.conditions ?? [])];
    this.values = [...(base.values ?? [])];
  }

  /** A list of rows that lie in a scope: those which its caller may see. `alias` is the table's. */
  static within(
    name: string,
    scopes: GrantedScopes,
    { alias, ...base }: ListBase & { readonly alias?: string } = {},
  ): ListQuery {
    const list = new ListQuery(name, base);
    const condition = scopeCondition(scopes, (value) => bind(list.values, value), alias);
    if (condition !== undefined) list.conditions.push(condition);
    return list.label(scopes.kind);
  }

  /** A list in a table of which some rows have no scope. */
  static visible(
    name: string,
    { scopes, unscoped }: VisibleRows,
    base: ListBase & { readonly alias?: string } = {},
  ): ListQuery {
    const list = ListQuery.within(name, scopes, base);
    if (scopes.kind !== 'all' || unscoped) return list;
    const column = base.alias === undefined ? 'entity_type' : `${base.alias}.entity_type`;
    return list.when('scoped', `${column} IS NOT NULL`);
  }

  /**
   * A list that is not narrowed to the scopes of its caller. `why` says what keeps a caller from the rows of
   * others: for the reader, it is not used.
   */
  static unscoped(name: string, why: string, base: ListBase = {}): ListQuery {
    if (why === '') throw new TypeError('A list without scopes needs a reason.');
    return new ListQuery(name, base);
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

  /**
   * How many rows there are, at most `limit` where one is given: one row, `total`. The count ends at the
   * limit, so that its cost does not grow with the list. It counts in the order of `keyset`, if given: an
   * index leads to the rows then, while without an order PostgreSQL may read the whole table for them.
   */
  total(rows: ListRows, limit?: number, keyset?: Pick<Keyset<never>, 'order'>): Query {
    const order = keyset ? ` ORDER BY ${keyset.order}` : '';
    const most = limit === undefined ? '' : `${order} LIMIT ${limit}`;
    const from = rowsSql(rows, this.conditions, '1', most);
    // What was merged has its order no more, and needs none.
    const end = isMerged(rows) ? '' : order;
    const text =
      limit === undefined
        ? `SELECT count(*)::int AS total FROM ${from}`
        : `SELECT count(*)::int AS total FROM (SELECT FROM ${from}${end} LIMIT ${limit}) AS counted`;
    const name = this.statementName('count', [
      ...(rows.parts ? [rows.parts.name] : []),
      ...(limit === undefined ? [] : [`to_${limit}`]),
    ]);
    return { statement: { name, text }, values: [...this.values] };
  }

  /**
   * A page and the number of rows in one statement, which reads the rows of the list once, without an order:
   * for a condition that few rows meet. Each row of the page has the number as `total`; a row without a page
   * has that alone. With a limit, at most so many rows are read: where `total` is the limit, the page is not
   * the first of the list, and has to be read by {@link page}. `table` is the one of the rows, with the
   * unique column `id`; `sorted` are its columns that the keyset reads.
   */
  found<Row>(
    { select, keyset, table, sorted, ...rows }: FoundParts<Row>,
    start: PageStart,
    limit?: number,
  ): Query {
    const values = [...this.values];
    const most = limit === undefined ? '' : ` LIMIT ${limit}`;
    const columns = ['id', ...sorted].join(', ');
    const from = rowsSql(rows, this.conditions, columns, most);
    const after =
      start.after === undefined
        ? []
        : [keyset.behind(start.after.map((value) => bind(values, value)))];
    const offset = start.after === undefined ? (start.offset ?? 0) : 0;
    const text = `
      WITH found AS MATERIALIZED (SELECT ${columns} FROM ${from}${most}),
      page AS (
        SELECT id FROM found${whereClause(after)}
        ORDER BY ${keyset.order}
        LIMIT ${bind(values, start.limit)} OFFSET ${bind(values, offset)})
      SELECT counted.total, ${select}
      FROM (SELECT count(*)::int AS total FROM found) AS counted
      LEFT JOIN (page JOIN ${table} USING (id)) ON true
      ORDER BY ${keyset.order}`;
    const name = this.statementName('found', [
      ...(start.after === undefined ? [] : ['after']),
      ...(limit === undefined ? [] : [`to_${limit}`]),
    ]);
    return { statement: { name, text }, values };
  }

  /** How many rows there are by the statistics of the planner: one row, see {@link estimateOf}. */
  estimate(rows: ListRows): Query {
    const text = `EXPLAIN (FORMAT JSON) SELECT FROM ${rowsSql(rows, this.conditions, '1', '')}`;
    return { statement: { name: this.statementName('estimate'), text }, values: [...this.values] };
  }

  /**
   * A statement of its own over the rows of this list. `text` gets the WHERE clause with the conditions of
   * the list, and those that the statement adds to it.
   */
  statement(verb: string, text: (where: Where) => string): Query {
    return {
      statement: { name: this.statementName(verb), text: text(whereOf(this.conditions)) },
      values: [...this.values],
    };
  }

  /** A page of the rows, in the order of the keyset. */
  page<Row>({ select, keyset, ...rows }: PageParts<Row>, start: PageStart): Query {
    const values = [...this.values];
    const conditions = [...this.conditions];
    const begin = rows.parts ? [rows.parts.name] : [];
    let offset: string | undefined;
    if (start.after !== undefined) {
      conditions.push(keyset.behind(start.after.map((value) => bind(values, value))));
      begin.push('after');
    } else if (start.offset !== undefined && start.offset > 0) {
      offset = bind(values, start.offset);
      begin.push('offset');
    }
    const limit = bind(values, start.limit);
    // As far as the page reaches, also into one branch or part alone.
    const most = `
        ORDER BY ${keyset.order} LIMIT ${offset === undefined ? limit : `${offset}::bigint + ${limit}`}`;
    const from = rowsSql(rows, conditions, '*', most);
    const text = `
      SELECT ${select} FROM ${from}
      ORDER BY ${keyset.order}
      LIMIT ${limit}${offset === undefined ? '' : ` OFFSET ${offset}`}`;
    return { statement: { name: this.statementName('list', begin), text }, values };
  }

  private statementName(verb: string, begin: readonly string[] = []): string {
    return [verb, this.name, ...this.shape, ...begin].join('_');
  }
}

/** The number in the rows of {@link ListQuery.total}. */
export function totalIn(rows: readonly object[] | undefined): number {
  return (rows as { total: number }[] | undefined)?.[0]?.total ?? 0;
}

/** The number in a row of {@link ListQuery.estimate}. */
export function estimateOf(row: object | undefined): number {
  const [explained] = (row as { 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] })['QUERY PLAN'];
  return explained.Plan['Plan Rows'];
}

/** Adds a value and returns its parameter. */
function bind(values: unknown[], value: unknown): string {
  return `$${values.push(value)}`;
}
