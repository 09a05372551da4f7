import fc from 'fast-check';
import { verdictOf } from './verdict.js';

const SCHEDULE = [5000, 300_000, 36_000_000];
const result = (status: number | null, retryAfterMs: number | null = null) => ({
  status,
  retryAfterMs,
});

describe('the verdict on a try', () => {
  it.each([200, 201, 204, 299])('is delivered for %i', (status) => {
    expect(verdictOf(result(status), 9, SCHEDULE, 0)).toEqual({ state: 'delivered' });
  });

  it.each([null, 100, 199, 300, 302, 400, 404, 429, 500, 503])(
    'is another try for %p, until the schedule is used up',
    (status) => {
      expect(verdictOf(result(status), 1, SCHEDULE, 0.5)).toEqual({
        state: 'pending',
        afterMs: 5000,
      });
      expect(verdictOf(result(status), 3, SCHEDULE, 0.5)).toEqual({
        state: 'pending',
        afterMs: 36_000_000,
      });
      expect(verdictOf(result(status), 4, SCHEDULE, 0.5)).toEqual({ state: 'failed', gone: false });
    },
  );

  it('is final for 410, at the first try too', () => {
    expect(verdictOf(result(410), 1, SCHEDULE, 0)).toEqual({ state: 'failed', gone: true });
  });

  it('spreads the pauses by 20 % at most, evenly around the schedule', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: SCHEDULE.length }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (round, random) => {
          const verdict = verdictOf(result(500), round, SCHEDULE, random);
          const pause = SCHEDULE[round - 1]!;
          const afterMs = verdict.state === 'pending' ? verdict.afterMs : NaN;
          expect(afterMs).toBeGreaterThanOrEqual(Math.floor(pause * 0.8));
          expect(afterMs).toBeLessThanOrEqual(Math.ceil(pause * 1.2));
          expect(Math.abs(afterMs - pause * (0.8 + 0.4 * random))).toBeLessThanOrEqual(0.5);
        },
      ),
    );
  });

  it('takes the later of the schedule and Retry-After, which is at most a day', () => {
    const afterMs = (retryAfterMs: number, round = 1) => {
      const verdict = verdictOf(result(503, retryAfterMs), round, SCHEDULE, 0.5);
      return verdict.state === 'pending' ? verdict.afterMs : undefined;
    };
    expect(afterMs(60_000)).toBe(60_000);
    expect(afterMs(1000)).toBe(5000);
    expect(afterMs(10 * 86_400_000)).toBe(86_400_000);
    expect(afterMs(1000, 3)).toBe(36_000_000);
    expect(verdictOf(result(503, 1000), 4, SCHEDULE, 0.5)).toEqual({
      state: 'failed',
      gone: false,
    });
  });
});
