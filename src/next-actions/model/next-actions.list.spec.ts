import { allOf, seenScope } from '../../kernel/grants.js';
import { SYSTEM_ACTOR } from '../../kernel/actor.js';
import { listQueries, type NextActionFilter } from './next-actions.list.js';
import { type NextActionStatus } from './next-best-action.entity.js';

const scopes = seenScope({ entityType: 'command_center', entityId: 'command_center' });
const first = { limit: 26 };
const queriesOf = (filter: Partial<NextActionFilter>) => listQueries({ scopes, ...filter }, first);
const textOf = (filter: Partial<NextActionFilter>) => queriesOf(filter).page.statement.text;

describe('the statements of a list', () => {
  it('never hold a value of a filter', () => {
    const filter = {
      scopes,
      statuses: ['done'],
      priority: 'high',
      sourceType: 'proposal',
      ruleKey: 'my_rule',
      search: "'; DROP TABLE users",
    } as const;
    const start = { after: [50, '2026-11-24T00:00:00.000Z', 'id'], limit: 26 };
    const { page, total } = listQueries(filter, start);
    for (const { statement } of [page, total(10)])
      expect(statement.text).not.toMatch(/DROP|proposal|my_rule|'high'/);
  });

  it('have one name per shape, whatever the values', () => {
    const name = (search: string, status: NextActionStatus) =>
      queriesOf({ statuses: [status], search }).page.statement.name;
    expect(name('a', 'done')).toBe(name('b', 'done'));
    expect(name('a', 'done')).not.toBe(name('a', 'queued'));
  });

  it('have one text per name', () => {
    const texts = new Map<string, string>();
    const wide = allOf(SYSTEM_ACTOR);
    for (const filter of [
      {},
      { statuses: ['queued'] },
      { statuses: ['queued', 'done'] },
      { statuses: ['done'], snoozed: 'hidden' },
      { statuses: ['queued'], snoozed: 'all' },
      { statuses: ['queued'], snoozed: 'only' },
      { assigneeId: null },
      { assigneeId: 'x' },
      { scopes: wide },
      { scopes: wide, assigneeId: 'x' },
    ] as const) {
      for (const sort of [undefined, '-createdAt', 'snoozedUntil'] as const) {
        const { name, text } = listQueries({ scopes, ...filter }, first, { sort }).page.statement;
        texts.set(text, name);
      }
    }
    expect(texts.size).toBe(30);
  });

  it('fold a search, and take % and _ and \\ in it literally', () => {
    expect(queriesOf({ search: '50%_\\ÄB' }).total().values).toContain('%50\\%\\_\\\\äb%');
  });

  it.each([
    [undefined, true],
    [['queued'], true],
    [['queued', 'done'], true],
    [['done'], false],
    [['dismissed'], false],
    [['expired'], false],
  ] as [NextActionStatus[] | undefined, boolean][])(
    'with status %s hide the snoozed: %s',
    (statuses, hides) => {
      expect(textOf({ statuses }).includes('snoozed_until <= now()')).toBe(hides);
      expect(textOf({ statuses, snoozed: 'all' })).not.toContain('now()');
      expect(textOf({ statuses, snoozed: 'hidden' })).toContain('snoozed_until <= now()');
      expect(textOf({ statuses, snoozed: 'only' })).toContain('snoozed_until > now()');
    },
  );
});
