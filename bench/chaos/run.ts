/**
 * Breaks things on purpose and counts the effects: see docs/testing.md. `--quick`, `--drill sigkill`
 * (several times), `--seed 7`, `--markdown`. Exit code 1 where a fault was found.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { killGroup } from '../process-group.js';
import { type Drill, EMPTY_TALLY, type Finding } from './drill.js';
import { DRILLS } from './drills.js';
import { isClean, lineOf, type Outcome, tableOf } from './report.js';
import { sweep } from '../sweep.js';

/** A drill that takes longer hangs. Generous: other work may have the processor. */
const QUICK_LIMIT_MS = 6 * 60_000;
const LIMIT_MS = 40 * 60_000;

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    drill: { type: 'string', multiple: true },
    seed: { type: 'string' },
    markdown: { type: 'boolean', default: false },
  },
});
const seed = Number(flags.seed ?? Math.floor(Math.random() * 1_000_000));
const unknown = flags.drill?.find((name) => DRILLS.every((drill) => drill.name !== name));
if (unknown !== undefined || !Number.isSafeInteger(seed)) {
  const names = DRILLS.map(({ name }) => name).join(', ');
  console.error(
    unknown === undefined
      ? '--seed takes a whole number.'
      : `There is no drill "${unknown}". The drills are: ${names}.`,
  );
  process.exit(2);
}
const drills = DRILLS.filter(({ name }) => flags.drill?.includes(name) ?? true);

let stopAsked = false;
const isStopping = (): boolean => stopAsked;
let endRunning: () => void = () => undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stopAsked = true;
    endRunning();
  });
}

/** Runs a drill in a process group of its own, which is gone when this resolves. */
async function run(drill: Drill, folder: string): Promise<Finding> {
  const args = [join(import.meta.dirname, 'run-drill.ts'), drill.name, folder];
  const child = spawn(
    process.execPath,
    [...process.execArgv, ...args, String(flags.quick), String(seed)],
    { detached: true, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  endRunning = () => killGroup(child);
  const findings: Finding[] = [];
  child.on('message', (message) => findings.push(message as Finding));
  const limitMs = flags.quick ? QUICK_LIMIT_MS : LIMIT_MS;
  const late: string[] = [];
  const timer = setTimeout(() => {
    late.push(`did not end within ${limitMs / 60_000} minutes`);
    killGroup(child);
  }, limitMs);
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  clearTimeout(timer);
  killGroup(child);
  if (findings[0]) return findings[0];
  const how = late[0] ?? `broke off with ${code ?? signal ?? ''}`;
  return { tally: EMPTY_TALLY, notes: [], faults: [`The drill ${how}.`] };
}

const outcomes: Outcome[] = [];
console.error(`seed ${seed}`);
for (const drill of drills) {
  if (isStopping()) break;
  const { name, title } = drill;
  const skipped = drill.missing?.();
  if (skipped !== undefined) {
    outcomes.push({ name, title, seconds: 0, skipped });
    console.log(lineOf(outcomes.at(-1)!));
    continue;
  }
  const folder = await mkdtemp(join(tmpdir(), `next-best-actions-chaos-${name}-`));
  const began = performance.now();
  const finding = await run(drill, folder);
  const clean = isStopping() || isClean(finding);
  const logs = await sweep(folder, !clean);
  if (isStopping()) break;
  outcomes.push({ name, title, seconds: (performance.now() - began) / 1000, finding });
  console.log(lineOf(outcomes.at(-1)!));
  for (const fault of finding.faults) console.log(`          ${fault}`);
  if (logs !== undefined) console.log(`          Logs: ${logs}`);
}
if (flags.markdown) console.log(`\n${tableOf(outcomes)}\n\nSeed ${seed}.`);
const clean = outcomes.every(({ finding }) => !finding || isClean(finding));
process.exit(isStopping() ? 130 : clean ? 0 : 1);
