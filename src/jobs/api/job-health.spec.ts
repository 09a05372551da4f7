import { staleHeartbeatBefore } from './job-health.js';

describe('stale jobs', () => {
  it.each([
    ['2026-11-24T00:05:00Z', '2026-11-23T23:55:00.000Z'],
    ['2026-11-24T12:00:00+13:00', '2026-11-23T22:50:00.000Z'],
  ])('at %s fell silent before %s', (now, before) => {
    expect(staleHeartbeatBefore(new Date(now)).toISOString()).toBe(before);
  });
});
