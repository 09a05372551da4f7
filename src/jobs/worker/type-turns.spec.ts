import { TypeTurns } from './type-turns.js';

describe('the turns of job types', () => {
  // With one job at a time, each claim follows a report: two exchanges for each job.
  it.each([1, 2, 3, 4])('reach each of %i types, with a report before each claim', (count) => {
    const types = Array.from({ length: count }, (_, index) => `type.${index}`);
    const turns = new TypeTurns(types);
    const first = types.map(() => {
      turns.ended(0);
      const [type] = turns.order();
      turns.ended(1);
      return type;
    });
    expect(first.sort()).toEqual(types);
  });
});
