import { type DismissedRule, proposalsOf } from './proposals.js';

const SCOPE = { entityType: 'account', entityId: 'acme' };
const rule = (dismissed: number, suggested: number, isSuppressed = false): DismissedRule => ({
  ...SCOPE,
  ruleKey: 'retention_overdue',
  dismissed,
  suggested,
  isSuppressed,
});

describe('proposals', () => {
  it('name a rule that was dismissed three times and in half of the cases', () => {
    expect(proposalsOf([rule(3, 6)])).toEqual([
      {
        ...SCOPE,
        ruleKey: 'retention_overdue',
        dismissed: 3,
        suggested: 6,
        suggestion: { for: '30d' },
      },
    ]);
  });

  it.each([
    ['dismissed twice', rule(2, 2)],
    ['dismissed in less than half of the cases', rule(3, 7)],
    ['suppressed already', rule(5, 5, true)],
  ])('leave out what is %s', (_, dismissed) => {
    expect(proposalsOf([dismissed])).toEqual([]);
  });

  it('begin with what is dismissed most', () => {
    expect(proposalsOf([rule(3, 3), rule(5, 6), rule(4, 4)]).map((one) => one.dismissed)).toEqual([
      5, 4, 3,
    ]);
  });
});
