import { isPriority, PRIORITIES, priorityRank } from './priority.js';

it('orders priorities from low to critical', () => {
  expect(PRIORITIES.map(priorityRank)).toEqual([0, 1, 2, 3]);
  expect(isPriority('urgent')).toBe(false);
  expect(isPriority('critical')).toBe(true);
});
