import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchDay } from '../bench/day/day.js';
import { growthPerPress, sized } from '../bench/day/measured.js';
import { HOURS, kindOf, pressesByHour } from '../bench/day/profile.js';

describe('a replayed day', () => {
  it('spreads the presses over its hours, and loses none', () => {
    expect(HOURS).toHaveLength(24);
    expect(HOURS.reduce((sum, share) => sum + share, 0)).toBe(1000);
    for (const total of [0, 1, 999, 40_000]) {
      const hours = pressesByHour(total);
      expect(hours.reduce((sum, count) => sum + count, 0)).toBe(total);
      expect(Math.min(...hours)).toBeGreaterThanOrEqual(0);
    }
    expect(pressesByHour(10_000)[10]).toBe(1100);
  });

  it('mixes the buttons: of 20 presses one is repeated and one taken back', () => {
    const kinds = Array.from({ length: 20 }, (_, n) => kindOf(n));
    const of = (key: string) => kinds.filter(({ actionKey }) => actionKey === key).length;
    expect([of('mark_done'), of('snooze_1d'), of('dismiss')]).toEqual([12, 5, 3]);
    expect(kinds.filter(({ then }) => then === 'repeat')).toHaveLength(1);
    expect(kinds.filter(({ then }) => then === 'undo')).toHaveLength(1);
  });

  it('shows growth in the unit that fits, and leaves out what did not grow', () => {
    const [before, after] = [new Map([['a', 100]]), new Map(Object.entries({ a: 100, b: 5000 }))];
    expect(growthPerPress(before, after, 10)).toEqual([['b', 500]]);
    expect([0, 12, 1234, 5e6, 7.49e11, 2e15].map(sized)).toEqual([
      '0 B',
      '12 B',
      '1.2 kB',
      '5 MB',
      '750 GB',
      '2000 TB',
    ]);
  });

  it('runs against the built server, and reports what a press takes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nba-day-'));
    try {
      const dist = process.env.TEST_BUILD ?? '';
      const text = await benchDay({ folder, dist, presses: 300, connections: 4 });
      expect(text).toMatch(/^\| CPU time \| \d+\.\d\d ms \| \d+\.\d\d ms \|$/m);
      expect(text).toMatch(/^\| `next_action_executions` \| [\d.]+ k?B \| [\d.]+ [GT]B \|$/m);
      expect(text).toMatch(/^\| write-ahead log/m);
      expect(text).not.toMatch(/NaN|undefined|Infinity/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 120_000);
});
