import { filtersOf, listFilterOf, NO_FILTERS, searchOf } from './filters.js';

describe('the filters of the queue', () => {
  const all = {
    scope: 'account/acme & sons',
    priority: 'high',
    rule: 'retention_overdue',
    assignee: 'me',
    snoozed: 'only',
    text: '50 % off?',
  } as const;

  it('survive the URL', () => {
    expect(filtersOf(searchOf(all))).toEqual(all);
    expect(filtersOf(searchOf(NO_FILTERS))).toEqual(NO_FILTERS);
    expect(searchOf(NO_FILTERS)).toBe('');
  });

  it('ignore what an edited link has and the API would refuse', () => {
    const search = '?scope=acme&priority=urgent&assignee=ann&snoozed=yes&q=%20&other=1';
    expect(filtersOf(search)).toEqual(NO_FILTERS);
  });

  it('cut a search to the length that the API takes', () => {
    expect(filtersOf(`?q=${'a'.repeat(300)}`).text).toHaveLength(200);
  });

  it('become the parameters of the list, without those that are not set', () => {
    expect(listFilterOf(all)).toEqual({
      scope: 'account/acme & sons',
      priority: 'high',
      ruleKey: 'retention_overdue',
      assigneeId: 'me',
      snoozed: 'only',
      search: '50 % off?',
    });
    expect(listFilterOf(NO_FILTERS)).toEqual({});
  });
});
