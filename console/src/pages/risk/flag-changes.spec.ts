import { actionsOn, waysBack } from './flag-changes.js';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const LATER = '2026-11-26T12:00:00.000Z';
const EARLIER = '2026-11-24T11:00:00.000Z';

const flag = (status: 'open' | 'snoozed' | 'resolved' | 'dismissed', snoozedUntil?: string) => ({
  status,
  snoozedUntil: snoozedUntil ?? null,
});

describe('what may be done with a flag', () => {
  it('is to close or snooze it while it is open, and to reopen it afterwards', () => {
    expect(actionsOn(flag('open'))).toEqual(['resolve', 'snooze', 'dismiss']);
    expect(actionsOn(flag('snoozed', LATER))).toContain('reopen');
    expect(actionsOn(flag('resolved'))).toEqual(['reopen']);
    expect(actionsOn(flag('dismissed'))).toEqual(['reopen']);
  });
});

describe('the way back of a flag', () => {
  it.each([
    ['a resolved one was open', flag('open'), flag('resolved'), [{ action: 'reopen' }]],
    ['a dismissed one was open', flag('open'), flag('dismissed'), [{ action: 'reopen' }]],
    ['a snoozed one was open', flag('open'), flag('snoozed', LATER), [{ action: 'reopen' }]],
    [
      'a dismissed one was snoozed',
      flag('snoozed', LATER),
      flag('dismissed'),
      [{ action: 'reopen' }, { action: 'snooze', until: LATER }],
    ],
    [
      'an open one was snoozed',
      flag('snoozed', LATER),
      flag('open'),
      [{ action: 'snooze', until: LATER }],
    ],
    [
      'one was snoozed for another time',
      flag('snoozed', LATER),
      flag('snoozed', '2026-12-24T12:00:00.000Z'),
      [{ action: 'snooze', until: LATER }],
    ],
    [
      'a snooze ran out meanwhile',
      flag('snoozed', EARLIER),
      flag('dismissed'),
      [{ action: 'reopen' }],
    ],
    ['an open one was resolved', flag('resolved'), flag('open'), [{ action: 'resolve' }]],
    ['an open one was dismissed', flag('dismissed'), flag('open'), [{ action: 'dismiss' }]],
  ])('is known where %s', (_, before, after, steps) => {
    expect(waysBack(before, after, NOW)).toEqual(steps);
  });
});
