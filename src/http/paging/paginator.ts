import { type CursorCodec } from './cursor.js';
import { type CursorPagination, type CursorQuery } from './cursor-page.js';
import { COUNT_LIMIT, type PageQuery, type Pagination, totalOf } from './pagination.js';

/** The position of a row in its list: its values of the columns that order the list. */
export type Position = readonly (string | number)[];

/** A page of a list. */
export interface Page<Row, Where> {
  readonly items: Row[];
  readonly pagination: Where;
}

/**
 * Opens the pages that clients ask for. A cursor holds the position of the last row of its page; it is
 * bound to the name of the list and to the filters. Only this class seals and opens cursors.
 */
export class Paginator {
  constructor(private readonly cursors: CursorCodec) {}

  /**
   * A page of a list that has no total and no page numbers. Throws a 400 for a cursor that is not of
   * this list with these filters.
   */
  open(list: string, filters: object, query: CursorQuery): CursorPageRequest {
    const { pageSize, after, seal } = this.read(list, filters, query);
    return new CursorPageRequest(pageSize, after, seal);
  }

  /**
   * A page of a list without an end: each has a cursor, from which what is added later is read on. It takes a
   * mark as its cursor, too.
   */
  openEndless(list: string, filters: object, query: CursorQuery): EndlessPageRequest {
    const { pageSize, after, seal } = this.read(list, filters, query, [markOf(list)]);
    return new EndlessPageRequest(pageSize, after, seal);
  }

  /** Seals a position in a list without an end as a mark: the same text whatever the filters. */
  mark(list: string, position: Position): string {
    return this.cursors.seal(markOf(list), position);
  }

  /** The position of a mark, or of a cursor of the list with these filters; undefined for any other text. */
  findMarked(list: string, filters: object, text: string): Position | undefined {
    return this.cursors.find([markOf(list), bindingOf(list, filters)], text);
  }

  /** A page of a list that has both. A cursor wins over a page number; it knows the number of its page. */
  openNumbered(list: string, filters: object, query: PageQuery): NumberedPageRequest {
    const { pageSize, after, seal } = this.read(list, filters, query);
    const countLimit = query.total === 'exact' ? undefined : COUNT_LIMIT;
    const position = after?.slice(0, -1);
    const number = after === undefined ? query.page : (after.at(-1) as number);
    return new NumberedPageRequest(pageSize, position, seal, number, countLimit);
  }

  private read(
    list: string,
    filters: object,
    { pageSize, cursor }: CursorQuery,
    others: readonly string[] = [],
  ): { pageSize: number; after: Position | undefined; seal: (position: Position) => string } {
    const binding = bindingOf(list, filters);
    return {
      pageSize,
      after: cursor === undefined ? undefined : this.cursors.open(binding, cursor, others),
      seal: (position) => this.cursors.seal(binding, position),
    };
  }
}

function bindingOf(list: string, filters: object): string {
  return `${list}:${JSON.stringify(filters)}`;
}

/** What marks are bound to. No filters are written like this. */
function markOf(list: string): string {
  return `${list}:mark`;
}

/** A page that a client asked for: which rows to read, and the answer made of them. */
abstract class PageRequest {
  constructor(
    protected readonly pageSize: number,
    /** The position after which the page begins; undefined for the first page and for a page by number. */
    readonly after: Position | undefined,
    protected readonly seal: (position: Position) => string,
  ) {}

  /** Most rows to read: one more than the page holds, which shows whether another page follows. */
  get limit(): number {
    return this.pageSize + 1;
  }

  /** The rows that are on the page, and the cursor of the next one if there is any. */
  protected cut<Row>(
    rows: readonly Row[],
    positionOf: (last: Row) => Position,
  ): Page<Row, CursorPagination> {
    const { pageSize } = this;
    const items = rows.slice(0, pageSize);
    const last = items.at(-1);
    const hasNext = rows.length > pageSize;
    const nextCursor = hasNext && last !== undefined ? this.seal(positionOf(last)) : null;
    return { items, pagination: { pageSize, hasNext, nextCursor } };
  }
}

/** A page of a list without a total. */
export class CursorPageRequest extends PageRequest {
  /** The answer, made of the rows that were read. */
  answer<Row>(
    rows: readonly Row[],
    positionOf: (last: Row) => Position,
  ): Page<Row, CursorPagination> {
    return this.cut(rows, positionOf);
  }
}

/** A page of a list without an end. */
export class EndlessPageRequest extends PageRequest {
  /** The answer: the rows of the page, the position to read on from, and whether there is more now. */
  answer<Row>(items: Row[], next: Position, hasNext: boolean): Page<Row, CursorPagination> {
    const { pageSize } = this;
    return { items, pagination: { pageSize, hasNext, nextCursor: this.seal(next) } };
  }
}

/** A page of a list with a total and page numbers. */
export class NumberedPageRequest extends PageRequest {
  constructor(
    pageSize: number,
    after: Position | undefined,
    seal: (position: Position) => string,
    /** Number of the page, from 1. */
    readonly number: number,
    /** Most rows to count; undefined where the client asked for an exact total. */
    readonly countLimit: number | undefined,
  ) {
    super(pageSize, after, seal);
  }

  /** How many rows to skip (OFFSET) if there is no position. */
  get offset(): number {
    return (this.number - 1) * this.pageSize;
  }

  /** The answer, made of the rows that were read and the number of those that were counted. */
  answer<Row>(
    rows: readonly Row[],
    positionOf: (last: Row) => Position,
    counted: number,
  ): Page<Row, Pagination> {
    const { number, pageSize, countLimit } = this;
    const { items, pagination } = this.cut(rows, (last) => [...positionOf(last), number + 1]);
    const { nextCursor, hasNext } = pagination;
    const { total, isExact } = totalOf(counted, countLimit);
    return {
      items,
      pagination: {
        page: number,
        pageSize,
        total,
        totalIsExact: isExact,
        totalPages: Math.ceil(total / pageSize),
        hasNext,
        hasPrev: number > 1,
        nextCursor,
      },
    };
  }
}
