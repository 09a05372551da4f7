import { monthOf } from './months.js';

describe('A month', () => {
  it('begins and ends in UTC, with the first ids of two months', () => {
    expect(monthOf(new Date('2026-12-31T23:59:59.999Z'))).toEqual({
      name: '2026_12',
      begin: new Date('2026-12-01T00:00:00Z'),
      end: new Date('2027-01-01T00:00:00Z'),
      firstId: '01a22ee6-b000-7000-8000-000000000000',
      endId: '01a2ce8b-d400-7000-8000-000000000000',
    });
  });

  it('is followed by the next one without a gap, over the end of a year and in February', () => {
    const day = new Date('2026-11-30T12:00:00Z');
    const months = Array.from({ length: 16 }, (_, later) => monthOf(day, later));
    expect(months[3]?.name).toBe('2027_02');
    for (const [index, month] of months.slice(1).entries()) {
      expect(month.firstId).toBe(months[index]?.endId);
      expect(month.firstId < month.endId).toBe(true);
    }
  });
});
