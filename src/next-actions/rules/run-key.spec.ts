import { DEFAULT_SCOPE } from '../../kernel/scope.js';
import { nextActionRunKey } from './run-key.js';

describe('the key of a run', () => {
  it.each([
    ['2026-11-24T23:59:59.999Z', '2026-11-24'],
    ['2026-11-24T20:00:00-05:00', '2026-11-25'],
  ])('at %s holds the UTC day %s', (now, day) => {
    expect(nextActionRunKey('user-1', DEFAULT_SCOPE, new Date(now))).toBe(
      `nba:user-1:command_center:command_center:${day}`,
    );
  });
});
