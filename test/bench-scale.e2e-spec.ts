import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchScale, dropScale, fillScale } from '../bench/scale/run.js';
import { createEmptyDatabase } from './support/database.js';

describe('the benchmark of scale', () => {
  it('measures every list, press and read on databases that it fills', async () => {
    const database = await createEmptyDatabase();
    const folder = mkdtempSync(join(tmpdir(), 'nba-scale-'));
    const progress: string[] = [];
    const sizes = {
      ...{ actions: 20_000, history: 20_000, months: 8 },
      ...{ rounds: 1, seconds: 1, fastest: 3000 },
    };
    try {
      await fillScale(database.url, sizes, (line) => progress.push(line));
      const dist = process.env.TEST_BUILD ?? '';
      const text = await benchScale({ url: database.url, dist, folder }, sizes);
      const rows = text.split('\n').filter((line) => line.startsWith('| '));
      const of = (first: RegExp): string[] => rows.filter((row) => first.test(row));
      expect(of(/^\| (200 queued|5,400|12,000|all|search|summary)/)).toHaveLength(12);
      // The presses: each with its partitions, the last ones with those made ahead and the one of before.
      expect(of(/^\| 200 in 1 month +\| 5 /)).toHaveLength(1);
      expect(of(/^\| 20,000 in 12 months +\| 16 /)).toHaveLength(1);
      expect(of(/^\| 200 in 8 months +\| 12 /)).toHaveLength(1);
      expect(of(/^\| the (executions|feed)/)).toHaveLength(5);
      expect(rows.join('\n')).not.toMatch(/NaN|undefined/);
      expect(progress).toHaveLength(6);
    } finally {
      await dropScale(database.url);
      rmSync(folder, { recursive: true, force: true });
      await database.drop();
    }
  }, 300_000);
});
