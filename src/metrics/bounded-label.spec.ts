import { BoundedLabel } from './bounded-label.js';

describe('a bounded label', () => {
  it('keeps the first values, and makes all others one', () => {
    const label = new BoundedLabel(2);
    expect(['a', 'b', 'c', 'a', 'd'].map((value) => label.of(value))).toEqual([
      'a',
      'b',
      'other',
      'a',
      'other',
    ]);
  });
});
