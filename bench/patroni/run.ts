/**
 * The application on three nodes of PostgreSQL under Patroni, which break under load: see docs/scale.md.
 * `--write` writes the result there, `--seed 7` repeats a run. Exit code 1 where a fault was found, 3 where
 * this machine lacks a program.
 */
import { parseArgs } from 'node:util';
import { writeInto } from '../document.js';
import { inOwnFolder } from '../own-folder.js';
import { installedVersions, versionOf } from '../programs.js';
import { runLine } from '../report.js';
import { FAULTS, PatroniDrill } from './drill.js';
import { missing } from './missing.js';
import { faultsOf, lineOf, type Outcome, tableOf } from './verdict.js';

const DOCUMENT = 'docs/scale.md';
const CANNOT_RUN = 3;

const { values: flags } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    seed: { type: 'string' },
  },
});
const seed = Number(flags.seed ?? Math.floor(Math.random() * 1_000_000));

const lacking = missing();
if (lacking.length > 0) {
  console.error(`The drill can't run here.\n${lacking.join('\n')}`);
  process.exit(CANNOT_RUN);
}

await inOwnFolder(
  async (folder) => {
    console.error(`seed ${seed}`);
    const outcomes: Outcome[] = [];
    const drill = await PatroniDrill.start(folder, seed, (text) => console.error(`  ${text}`));
    try {
      for (const fault of FAULTS) {
        outcomes.push(await drill.suffer(fault));
        console.log(lineOf(outcomes.at(-1)!));
        for (const wrong of faultsOf(outcomes.at(-1)!)) console.log(`      ${wrong}`);
      }
    } finally {
      await drill.stop();
    }
    if (flags.write) writeInto(DOCUMENT, 'patroni', textOf(outcomes));
    process.exitCode = outcomes.some((outcome) => faultsOf(outcome).length > 0) ? 1 : 0;
  },
  { keepLogs: true },
);

/** What docs/scale.md says of a run. */
function textOf(outcomes: readonly Outcome[]): string {
  const [postgres = ''] = installedVersions();
  const programs = [
    `PostgreSQL ${postgres}`,
    `Patroni ${versionOf('patroni')}`,
    `etcd ${versionOf('etcd')}`,
    `HAProxy ${versionOf('haproxy', '-v')}`,
    `PgBouncer ${versionOf('pgbouncer')}`,
  ];
  return `${runLine()}, ${programs.join(', ')}; seed ${seed}. Everything runs on one machine, which also does other work.\n\n${tableOf(outcomes)}`;
}
