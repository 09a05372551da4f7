import { TypeTurns } from './type-turns.js';

describe('the turns of job types', () => {
  // With one job at a time, each claim follows a report: two exchanges for each job.
  it.each([1, 2, 3, 4])(
    'give each of %i types its turn, with a report before each claim',
    (count) => {
      const types = Array.from({ length: count }, (_, index) => `type.${index}`);
      const turns = new TypeTurns(types);
      const first: string[] = [];
      for (const _ of types) {
        turns.ended(0);
        first.push(turns.order()[0]!);
        turns.ended(1);
      }
      expect(first.sort()).toEqual(types);
    },
  );
});
