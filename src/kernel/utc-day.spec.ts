import { startOfUtcDay, utcDate } from './utc-day.js';

describe('UTC days', () => {
  it.each([
    ['the first instant of a day', '2026-11-24T00:00:00.000Z', '2026-11-24'],
    ['the last instant of a day', '2026-11-24T23:59:59.999Z', '2026-11-24'],
    ['an evening in Montreal that is tomorrow in UTC', '2026-11-24T20:30:00-05:00', '2026-11-25'],
    ['a morning in Auckland that is yesterday in UTC', '2026-11-24T08:00:00+13:00', '2026-11-23'],
    ['the day clocks go forward in Europe', '2026-03-29T03:30:00+02:00', '2026-03-29'],
    ['a leap day', '2028-02-29T12:00:00Z', '2028-02-29'],
  ])('knows the day of %s', (_name, instant, day) => {
    expect(startOfUtcDay(new Date(instant)).toISOString()).toBe(`${day}T00:00:00.000Z`);
    expect(utcDate(new Date(instant))).toBe(day);
  });

  it('leaves its argument as it was', () => {
    const now = new Date('2026-11-24T15:00:00Z');
    startOfUtcDay(now);
    expect(now.toISOString()).toBe('2026-11-24T15:00:00.000Z');
  });
});
