import { type NextAction } from '../../api/client.js';
import { filtersOf } from './filters.js';
import { belongs, placed, type QueueData, without, withRow } from './queue-rows.js';

const NOW = Date.parse('2026-11-24T10:00:00.000Z');

function row(id: string, score: number, values: Partial<NextAction> = {}): NextAction {
  const createdAt = '2026-11-24T09:00:00.000Z';
  const base = { id, score, createdAt, status: 'queued', snoozedUntil: null, assigneeId: null };
  const scope = { entityType: 'account', entityId: 'acme' };
  return { ...base, ...scope, priority: 'high', createdByRule: null, ...values } as NextAction;
}
function list(pages: NextAction[][], hasNext = false): QueueData {
  const total = pages.flat().length;
  return {
    pages: pages.map((items) => ({ items, pagination: { total, hasNext } })),
    pageParams: pages.map(() => undefined),
  } as unknown as QueueData;
}
const ids = (data: QueueData) => data.pages.map(({ items }) => items.map(({ id }) => id).join(''));

describe('the rows of the queue', () => {
  it.each([
    ['', {}, true],
    ['', { status: 'done' }, false],
    ['', { snoozedUntil: '2026-11-25T10:00:00.000Z' }, false],
    ['', { snoozedUntil: '2026-11-23T10:00:00.000Z' }, true],
    ['?snoozed=all', { snoozedUntil: '2026-11-25T10:00:00.000Z' }, true],
    ['?snoozed=only', {}, false],
    ['?priority=low', {}, false],
    ['?rule=a', { createdByRule: 'a' }, true],
    ['?rule=a', { createdByRule: 'b' }, false],
    ['?assignee=me', { assigneeId: 'otto' }, true],
    ['?assignee=me', { assigneeId: 'ann' }, false],
    ['?assignee=none', { assigneeId: 'ann' }, false],
    ['?scope=account/acme', {}, true],
    ['?scope=account/*', {}, true],
    ['?scope=account/globex', {}, false],
    ['?scope=team/*', {}, false],
  ])('with the filters "%s" and %j: %s', (search, values, expected) => {
    const item = row('a', 50, values as Partial<NextAction>);
    expect(belongs(item, filtersOf(search), 'otto', NOW)).toBe(expected);
  });

  it('loses one that left, and counts it', () => {
    const data = withRow(list([[row('a', 90), row('b', 80)], [row('c', 70)]]), row('b', 80), false);
    expect(ids(data)).toEqual(['a', 'c']);
    expect(data.pages[0]!.pagination.total).toBe(2);
  });

  it('changes one in its place', () => {
    const data = withRow(
      list([[row('a', 90), row('b', 80)]]),
      row('b', 80, { note: 'Called.' }),
      true,
    );
    expect(data.pages[0]!.items[1]).toMatchObject({ id: 'b', note: 'Called.' });
  });

  it('puts one that comes back where its rank is', () => {
    const data = list([[row('a', 90), row('b', 80)], [row('d', 60)]]);
    expect(ids(withRow(data, row('c', 70), true))).toEqual(['ab', 'cd']);
    expect(ids(withRow(data, row('e', 10), true))).toEqual(['ab', 'de']);
  });

  it('leaves one beyond the loaded pages to its page', () => {
    const data = list([[row('a', 90)]], true);
    expect(withRow(data, row('z', 1), true)).toBe(data);
  });

  it('moves one whose rank changed, and no other', () => {
    const data = list([[row('a', 90), row('b', 80)], [row('c', 70)]]);
    expect(ids(placed(data, row('c', 95)))).toEqual(['cab', '']);
    expect(ids(placed(data, row('b', 80, { note: 'Called.' })))).toEqual(['ab', 'c']);
    expect(placed(data, row('n', 85)).pages[0]!.pagination.total).toBe(4);
    expect(ids(placed(data, row('a', 75)))).toEqual(['b', 'ac']);
  });

  it('is the same without a row that it does not have', () => {
    const data = list([[row('a', 90)]]);
    expect(without(data, 'z')).toBe(data);
  });
});
