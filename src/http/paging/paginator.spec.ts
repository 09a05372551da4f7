import { CursorCodec } from './cursor.js';
import { Paginator } from './paginator.js';

const paginator = new Paginator(new CursorCodec('a secret of the tests'));
const rows = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `r${index}` }));
const positionOf = ({ id }: { id: string }) => [id];
const filters = { color: 'red' };

describe('a page by cursor', () => {
  it('asks for one row more than it holds, and shows that another page follows by it', () => {
    const page = paginator.open('list', filters, { pageSize: 2 });
    expect([page.limit, page.after]).toEqual([3, undefined]);
    const { items, pagination } = page.answer(rows(3), positionOf);
    expect(items).toEqual(rows(2));
    expect(pagination).toEqual({ pageSize: 2, hasNext: true, nextCursor: expect.any(String) });
  });

  it.each([0, 1, 2])('is the last one with %i rows', (count) => {
    const page = paginator.open('list', filters, { pageSize: 2 });
    expect(page.answer(rows(count), positionOf)).toEqual({
      items: rows(count),
      pagination: { pageSize: 2, hasNext: false, nextCursor: null },
    });
  });

  it('begins after the last row of the page before', () => {
    const { pagination } = paginator
      .open('list', filters, { pageSize: 2 })
      .answer(rows(3), positionOf);
    const cursor = pagination.nextCursor ?? '';
    expect(paginator.open('list', filters, { pageSize: 5, cursor }).after).toEqual(['r1']);
  });

  it('refuses the cursor of another list or of other filters', () => {
    const { pagination } = paginator
      .open('list', filters, { pageSize: 2 })
      .answer(rows(3), positionOf);
    const query = { pageSize: 2, cursor: pagination.nextCursor ?? '' };
    expect(() => paginator.open('other', filters, query)).toThrow(/cursor/);
    expect(() => paginator.open('list', { color: 'blue' }, query)).toThrow(/cursor/);
    expect(() => paginator.openNumbered('list', {}, { ...query, page: 1 })).toThrow(/cursor/);
  });

  it('treats an undefined filter as not set', () => {
    const { pagination } = paginator
      .open('list', { color: undefined }, { pageSize: 2 })
      .answer(rows(3), positionOf);
    const query = { pageSize: 2, cursor: pagination.nextCursor ?? '' };
    expect(paginator.open('list', {}, query).after).toEqual(['r1']);
  });
});

describe('a page of a list without an end', () => {
  it.each([0, 2])('has a cursor with %i rows, at the position that it is given', (count) => {
    const page = paginator.openEndless('list', filters, { pageSize: 2 });
    const { items, pagination } = page.answer(rows(count), ['r9'], false);
    expect(items).toEqual(rows(count));
    expect(pagination).toEqual({ pageSize: 2, hasNext: false, nextCursor: expect.any(String) });
    const query = { pageSize: 2, cursor: pagination.nextCursor ?? '' };
    expect(paginator.openEndless('list', filters, query).after).toEqual(['r9']);
  });
});

describe('a page by number', () => {
  it('skips the pages before it', () => {
    const page = paginator.openNumbered('list', filters, { page: 3, pageSize: 10 });
    expect([page.limit, page.offset, page.after]).toEqual([11, 20, undefined]);
  });

  it('has its page number and the totals of the list', () => {
    const page = paginator.openNumbered('list', filters, { page: 2, pageSize: 2 });
    const answer = page.answer(rows(3), positionOf, 7);
    expect(answer.items).toEqual(rows(2));
    expect(Object.entries(answer.pagination)).toEqual([
      ['page', 2],
      ['pageSize', 2],
      ['total', 7],
      ['totalIsExact', true],
      ['totalPages', 4],
      ['hasNext', true],
      ['hasPrev', true],
      ['nextCursor', expect.any(String)],
    ]);
  });

  it('is 0 pages long where the list is empty', () => {
    const { pagination } = paginator
      .openNumbered('list', filters, { page: 1, pageSize: 2 })
      .answer([], positionOf, 0);
    expect(pagination).toMatchObject({ total: 0, totalPages: 0, hasNext: false, nextCursor: null });
  });

  it('keeps its number when it is reached by cursor, which wins over a page number', () => {
    const { pagination } = paginator
      .openNumbered('list', filters, { page: 4, pageSize: 2 })
      .answer(rows(3), positionOf, 20);
    const page = paginator.openNumbered('list', filters, {
      page: 9,
      pageSize: 2,
      cursor: pagination.nextCursor ?? '',
    });
    expect([page.after, page.number]).toEqual([['r1'], 5]);
    expect(page.answer(rows(1), positionOf, 20).pagination.page).toBe(5);
  });

  it('is told to count one row more than the total may say', () => {
    const page = paginator.openNumbered('list', filters, { page: 1, pageSize: 2 });
    expect(page.countLimit).toBe(10_001);
    const totalOf = (counted: number) => page.answer(rows(3), positionOf, counted).pagination;
    expect(totalOf(10_000)).toMatchObject({ total: 10_000, totalIsExact: true, totalPages: 5000 });
    expect(totalOf(10_001)).toMatchObject({ total: 10_000, totalIsExact: false, totalPages: 5000 });
  });

  it('counts all rows where the total must be exact, also by a cursor made without', () => {
    const { pagination } = paginator
      .openNumbered('list', filters, { page: 1, pageSize: 2 })
      .answer(rows(3), positionOf, 10_001);
    const cursor = pagination.nextCursor ?? '';
    const exact = { page: 1, pageSize: 2, total: 'exact', cursor } as const;
    const page = paginator.openNumbered('list', filters, exact);
    expect(page.countLimit).toBeUndefined();
    expect(page.answer(rows(1), positionOf, 270_000).pagination).toMatchObject({
      total: 270_000,
      totalIsExact: true,
    });
  });
});
