import { listQueries } from './next-actions.list.js';

const scope = { entityType: 'command_center', entityId: 'command_center' };

describe('the statements of a list', () => {
  it('never hold a value of a filter', () => {
    const { page, total } = listQueries(
      {
        ...scope,
        status: 'done',
        priority: 'high',
        sourceType: 'proposal',
        search: "'; DROP TABLE users",
      },
      { after: [50, '2026-11-24T00:00:00.000Z', 'id'], limit: 26 },
    );
    for (const text of [page.statement.text, total.statement.text])
      expect(text).not.toMatch(/DROP|proposal|'done'/);
  });

  it('have one name per shape, whatever the values', () => {
    const name = (search: string, status: 'done' | 'queued') =>
      listQueries({ ...scope, status, search }, { limit: 26 }).page.statement.name;
    expect(name('a', 'done')).toBe(name('b', 'done'));
    expect(name('a', 'done')).not.toBe(name('a', 'queued'));
  });

  it('take % and _ and \\ in a search literally', () => {
    expect(listQueries({ ...scope, search: '50%_\\' }, { limit: 26 }).total.values).toContain(
      '%50\\%\\_\\\\%',
    );
  });

  it.each([
    [undefined, true],
    ['queued', true],
    ['done', false],
    ['dismissed', false],
    ['expired', false],
  ] as const)('with status %s hide the snoozed: %s', (status, hides) => {
    const filter = status === undefined ? scope : { ...scope, status };
    expect(
      listQueries(filter, { limit: 26 }).page.statement.text.includes('snoozed_until <= now()'),
    ).toBe(hides);
  });
});
