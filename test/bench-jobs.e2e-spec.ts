import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeInto } from '../bench/document.js';
import { benchJobs } from '../bench/jobs/run.js';
import { createTestDatabase } from './support/database.js';

describe('the benchmark of the workers', () => {
  it('runs every job of each queue once, and prints a line for each number of jobs at once', async () => {
    const database = await createTestDatabase();
    const asked = { rounds: 2, count: 30, concurrencies: [1, 4] };
    const { table, rounds } = await benchJobs(database.url, asked);
    expect(rounds).toBe(2);
    const lines = table.split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toBe(
      '| jobs at once | jobs / the better of the two | jobs, jobs/s | graphile-worker, jobs/s | pg-boss, jobs/s |',
    );
    const line = (atOnce: number) =>
      new RegExp(
        String.raw`^\| ${atOnce} \| \*\*\d+\.\d\d\*\* \(\d+\.\d\d–\d+\.\d\d\)( \| \d+){3} \|$`,
      );
    expect(lines[2]).toMatch(line(1));
    expect(lines[3]).toMatch(line(4));
    await database.drop();
  }, 90_000);

  it('begins no further round when its time is over', async () => {
    const database = await createTestDatabase();
    const asked = { rounds: 9, count: 5, concurrencies: [4], withinMs: 0 };
    const { table, rounds } = await benchJobs(database.url, asked);
    expect(rounds).toBe(1);
    expect(table.split('\n')).toHaveLength(3);
    await database.drop();
  }, 90_000);

  it('replaces in a document what stands between its marks, in the format of the documents', () => {
    const folder = mkdtempSync(join(tmpdir(), 'nba-document-'));
    const document = join(folder, 'document.md');
    writeFileSync(document, 'a\n\n<!-- bench: x -->\n\nold\n\n<!-- /bench: x -->\n\nb\n');
    writeInto(document, 'x', 'new');
    writeInto(document, 'x', '| newer | b |\n|-|-|\n| 1 | 2 |');
    expect(readFileSync(document, 'utf8')).toBe(
      'a\n\n<!-- bench: x -->\n\n| newer | b   |\n| ----- | --- |\n| 1     | 2   |\n\n<!-- /bench: x -->\n\nb\n',
    );
    expect(() => writeInto(document, 'y', 'new')).toThrow('has no place');
    rmSync(folder, { recursive: true, force: true });
  });
});
