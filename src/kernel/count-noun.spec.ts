import { countNoun } from './count-noun.js';

describe('countNoun', () => {
  it.each([
    [0, 'No deliveries'],
    [1, '1 delivery'],
    [2, '2 deliveries'],
  ])('says %d with its noun', (count, words) => {
    expect(countNoun(count, 'delivery', 'deliveries')).toBe(words);
  });

  it('adds an s where no plural is given', () => {
    expect(countNoun(3, 'reminder')).toBe('3 reminders');
  });
});
