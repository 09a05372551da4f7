import { rowsOf } from './rule-rows.js';

const rule = (ruleKey: string, suggested: number, done: number, dismissed: number) => ({
  ruleKey,
  suggested,
  pressed: done + dismissed,
  done,
  dismissed,
  resolved: 0,
  returned: 0,
  ignored: 0,
  medianMsToPress: 60_000,
  actions: [
    { actionKey: 'mark_done', pressed: 4, failed: 1, medianMsToPress: null },
    { actionKey: 'dismiss', pressed: 1, failed: 0, medianMsToPress: 1000 },
  ],
});

describe('the lines of effectiveness', () => {
  it('have the most suggested rule first, each with its actions', () => {
    const rows = rowsOf([rule('a', 2, 1, 1), rule('b', 8, 4, 2)]);
    expect(rows.map(({ key }) => key)).toEqual([
      'b',
      'b mark_done',
      'b dismiss',
      'a',
      'a mark_done',
      'a dismiss',
    ]);
    expect(rows[1]).toMatchObject({ pressed: 4, failed: 1, medianMsToPress: null });
  });

  it('have bars of what the rule suggested: what was closed, and the presses of an action', () => {
    const [ofRule, ofDone, ofDismiss] = rowsOf([rule('b', 8, 4, 2)]);
    expect(ofRule?.bar).toEqual([
      { name: 'done', share: 50 },
      { name: 'dismissed', share: 25 },
    ]);
    expect(ofDone?.bar).toEqual([{ name: 'pressed', share: 50 }]);
    expect(ofDismiss?.bar).toEqual([{ name: 'pressed', share: 12.5 }]);
    expect(rowsOf([rule('none', 0, 0, 0)])[0]?.bar[0]?.share).toBe(0);
  });
});
