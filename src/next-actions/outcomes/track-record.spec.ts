import fc from 'fast-check';
import { NO_RECORD, trackRecordPoints } from './track-record.js';

const count = fc.nat(100_000);
const record = fc.record({ resolved: count, returned: count, ignored: count, dismissed: count });

describe('the points of a track record', () => {
  it.each([
    ['nothing closed', {}, 0],
    ['one that helped', { resolved: 1 }, 1],
    ['five that helped', { resolved: 5 }, 3],
    ['fifty that helped', { resolved: 50 }, 5],
    ['as many that helped as not', { resolved: 4, returned: 1, ignored: 1, dismissed: 2 }, 0],
    ['five dismissed', { dismissed: 5 }, -2],
    ['fifty ignored', { ignored: 50 }, -5],
  ])('of %s', (_, counts, points) => {
    expect(trackRecordPoints({ ...NO_RECORD, ...counts })).toBe(points);
  });

  it('are whole, bounded and the same each time, and grow with what helped', () => {
    fc.assert(
      fc.property(record, (one) => {
        const points = trackRecordPoints(one);
        expect(Number.isInteger(points) && !Object.is(points, -0)).toBe(true);
        expect(Math.abs(points)).toBeLessThanOrEqual(5);
        expect(trackRecordPoints({ ...one })).toBe(points);
        expect(trackRecordPoints({ ...one, resolved: one.resolved + 1 })).toBeGreaterThanOrEqual(
          points,
        );
        expect(trackRecordPoints({ ...one, ignored: one.ignored + 1 })).toBeLessThanOrEqual(points);
      }),
    );
  });
});
