import { Cron } from 'croner';
import { latestInstant } from './cron-ticks.js';

describe('the latest instant of a schedule', () => {
  it.each([
    ['*/15 * * * *', 'UTC', '2026-11-28T12:14:59.999Z', '2026-11-28T12:00:00.000Z'],
    ['*/15 * * * *', 'UTC', '2026-11-28T12:15:00.000Z', '2026-11-28T12:15:00.000Z'],
    ['*/15 * * * *', 'UTC', '2026-11-28T12:15:00.001Z', '2026-11-28T12:15:00.000Z'],
    ['0 9 * * MON', 'Pacific/Auckland', '2026-11-28T12:00:00.000Z', '2026-11-22T20:00:00.000Z'],
    // The clock of Berlin goes from 03:00 back to 02:00: 02:30 comes twice, and a schedule of it once.
    ['30 2 * * *', 'Europe/Berlin', '2026-10-25T00:45:00.000Z', '2026-10-25T00:30:00.000Z'],
    ['30 2 * * *', 'Europe/Berlin', '2026-10-25T12:00:00.000Z', '2026-10-25T00:30:00.000Z'],
  ])('%s in %s at %s was %s', (expression, timezone, now, instant) => {
    const cron = new Cron(expression, { mode: '5-part', timezone, paused: true });
    expect(latestInstant(cron, new Date(now))?.toISOString()).toBe(instant);
  });
});
