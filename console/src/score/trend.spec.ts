import { tickText, trendOf, trendText } from './trend.js';

describe('the trend of a score', () => {
  const history = [
    { score: 72, computedAt: '2026-03-12T00:00:00.000Z' },
    { score: 40, computedAt: '2026-03-11T00:00:00.000Z' },
    { score: 90, computedAt: '2026-03-10T00:00:00.000Z' },
  ];
  const s = (iso: string): number => Date.parse(iso) / 1000;

  it('is a line from the oldest score to now', () => {
    expect(trendOf(history, Date.parse('2026-03-13T00:00:00Z'))).toEqual({
      times: ['2026-03-10', '2026-03-11', '2026-03-12', '2026-03-13'].map(s),
      scores: [90, 40, 72, 72],
    });
    // The clock of the reader is behind that of the server.
    expect(trendOf(history, Date.parse('2026-03-11T12:00:00Z')).scores).toEqual([90, 40, 72]);
    expect(trendOf([], 0)).toEqual({ times: [], scores: [] });
  });

  it('is a sentence, too', () => {
    expect(trendText(history, false)).toMatch(/^3 scores since .*: between 40 and 90, now 72\.$/);
    expect(trendText(history.slice(0, 1), true)).toMatch(/^The last 1 score .*: always 72, now 72/);
    expect(trendText([], false)).toBe('');
  });

  it('has hours on its axis for a short time, days for a long one', () => {
    const noon = new Date(2026, 2, 10, 12, 30).getTime() / 1000;
    expect(tickText(noon, 3600)).toMatch(/12:30/);
    expect(tickText(noon, 86_400)).toMatch(/Mar/);
  });
});
