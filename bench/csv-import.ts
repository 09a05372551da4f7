/**
 * How much memory an import of 100,000 rows in CSV takes, and how fast it is: see docs/performance.md.
 * `npm run bench:csv`, with `-- --write` to store the figures there, or smaller: `-- --rows 20000 --rounds 1`.
 *
 * Each import is of a built server that has just started and imported two small files: its resident memory
 * then, against the peak that the kernel counts during the import. It needs Linux. It fails if the median of
 * the rounds is 60 MB or more, or if a broken row is not named by its line.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { writeInto } from './document.js';
import { memoryOf, OPERATOR, type Place, startServer } from './measured-server.js';
import { inOwnFolder } from './own-folder.js';
import { PushClient } from './push-client.js';
import { median, runLine, spreadOf } from './report.js';
import { type ServerProcess } from './server-process.js';

const MOST_GROWTH_MB = 60;
const BROKEN_ROW = 57_001;
const WARM_ROWS = 5000;
/** Rows of a push over the batch route. */
const PUSHED_ROWS = 20_000;
const DOCUMENT = 'docs/performance.md';

/** The ways to import a file, as queries. */
const MODES = { each: 'mode=each', all: 'mode=all', 'dry run': 'mode=each&dryRun=true' } as const;
type Mode = keyof typeof MODES;

/** What one import took. */
interface Taken {
  readonly growthMb: number;
  /** Rows a second, divided by those of a push of such rows over the batch route. */
  readonly speed: number;
}

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
    mode: { type: 'string', multiple: true, default: Object.keys(MODES) },
    write: { type: 'boolean', default: false },
  },
});

await inOwnFolder(measureAll);

async function measureAll(folder: string): Promise<void> {
  const rows = Number(options.rows);
  const database = await startEmbeddedPostgres({ dataDir: join(folder, 'data') });
  const results = new Map<Mode, Taken[]>();
  try {
    for (let round = 0; round < Number(options.rounds); round += 1) {
      for (const mode of options.mode as Mode[]) {
        const taken = await measure({ folder, databaseUrl: database.url }, mode, rows);
        results.set(mode, [...(results.get(mode) ?? []), taken]);
        const { growthMb, speed } = taken;
        console.log(
          `${mode}: grows by ${growthMb.toFixed(0)} MB, ${speed.toFixed(2)} × the batch route`,
        );
      }
      if (options.write) writeInto(DOCUMENT, 'csv', tableOf(results, rows));
    }
  } finally {
    await database.stop();
  }
  console.log(`\n${tableOf(results, rows)}`);
  for (const [mode, taken] of results) {
    const growth = median(taken.map(({ growthMb }) => growthMb));
    if (growth >= MOST_GROWTH_MB) throw new Error(`${mode} took ${growth.toFixed(0)} MB`);
  }
}

/** Imports a file into a server of its own, and pushes rows like those over the batch route. */
async function measure(place: Place, mode: Mode, rows: number): Promise<Taken> {
  const server = await startServer(place);
  try {
    const client = await PushClient.signIn(server.url, OPERATOR);
    for (const query of Object.values(MODES)) await client.import(query, WARM_ROWS);
    const begun = memoryOf(server, 'VmRSS');
    resetPeak(server);
    const broken = mode === 'each' && rows >= BROKEN_ROW ? BROKEN_ROW : undefined;
    const { answer, seconds } = await client.import(MODES[mode], rows, broken);
    const growthMb = memoryOf(server, 'VmHWM') - begun;
    // The header is line 1.
    if (answer.rows !== rows || answer.errors[0]?.line !== (broken && broken + 1)) {
      throw new Error(`An import was answered with ${JSON.stringify(answer)}.`);
    }
    const pushed = Math.min(rows, PUSHED_ROWS);
    return { growthMb, speed: rows / seconds / (pushed / (await client.pushBatches(pushed))) };
  } finally {
    await server.stop();
  }
}

/** From now on VmHWM is the peak. Source: proc(5), clear_refs. */
function resetPeak({ child }: ServerProcess): void {
  writeFileSync(`/proc/${child.pid ?? 0}/clear_refs`, '5');
}

function tableOf(results: ReadonlyMap<Mode, Taken[]>, rows: number): string {
  const cells = (taken: Taken[], figure: keyof Taken, digits: number): string => {
    const values = taken.map((each) => each[figure]);
    return `**${median(values).toFixed(digits)}** (${spreadOf(values, digits)})`;
  };
  return [
    `${runLine()}: medians of ${results.values().next().value?.length ?? 0} rounds of ${rows} rows; in brackets the spread.`,
    '',
    '| import | memory grows by, MB | rows/s / rows/s of the batch route |',
    '| --- | --- | --- |',
    ...[...results].map(
      ([mode, taken]) =>
        `| ${mode} | ${cells(taken, 'growthMb', 0)} | ${cells(taken, 'speed', 2)} |`,
    ),
  ].join('\n');
}
