import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type OpenApiDocument, type Operation, operationsOf } from '../../test/support/openapi.js';
import { median } from '../report.js';
import { type ServerProcess } from '../server-process.js';
import { cpuSecondsOf } from '../servers.js';
import { type Amplifier, AMPLIFIERS } from './amplify-bodies.js';
import { Probe } from './amplify-probe.js';
import { type Drill, type DrillContext, EMPTY_TALLY, type Finding } from './drill.js';
import { FuzzLane, type FuzzOutcome } from './fuzz-lane.js';
import { type FuzzRequest } from './fuzz-requests.js';
import { Product } from '../under-load/product.js';

const HEAP_MB = 200;
const AT_ONCE = 8;
const LONGEST_ANSWER_BYTES = 100_000;
/** Of the process's own time, as is the next: see stopwatch. */
const LONGEST_ANSWER_MS = 5000;
/** Past this a block is a fault; the API promises less, but a busy machine adds its own. */
const LONGEST_BLOCK_MS = 1000;
/** A block that is caused by the machine does not repeat. */
const TRIES = 3;
const IDLE_MS = 1000;
const MAX_FAULTS = 10;
const BATCH_BYTES = 1024 * 1024;
const BODY_BYTES = 100 * 1024;
const ANY_ID = '00000000-0000-7000-8000-000000000000';

/** Bodies within the limits that cost far more than their size, to a server with little memory. */
export const AMPLIFY: Drill = {
  name: 'amplify',
  title: `bodies that amplify, ${AT_ONCE} at once, with a heap of ${HEAP_MB} MB`,
  run: (context) => new Amplify(context).run(),
};

class Amplify {
  private readonly product: Product;
  private readonly lanes: FuzzLane[] = [];
  private readonly wrong: string[] = [];
  private tried = 0;
  private slowest = { ms: 0, name: '' };
  private largest = { bytes: 0, name: '' };
  private longestBlock = { ms: 0, name: '' };
  private readonly overloads = { unavailable: 0 };

  constructor(private readonly context: DrillContext) {
    this.product = new Product(context.folder, { LOG_LEVEL: 'warn', LOGIN_DELAY_MAX_MS: '0' });
  }

  async run(): Promise<Finding> {
    try {
      const flags = [`--max-old-space-size=${HEAP_MB}`];
      const server = await this.product.start({}, { flags });
      const token = await this.product.token(server);
      const answer = await fetch(`${server.url}/api/openapi.json`);
      const operations = operationsOf((await answer.json()) as OpenApiDocument);
      const all = operations.filter(({ body }) => body !== undefined);
      const taking = this.context.quick ? all.filter((_, index) => index % 6 === 1) : all;
      const probe = await Probe.start(server.url);
      await delay(IDLE_MS);
      const idleMs = median(probe.waits);
      for (let made = 0; made < AT_ONCE; made++) this.lanes.push(new FuzzLane(server.url));
      try {
        for (const operation of taking) {
          await this.amplify(server, operation, token, probe);
          if (server.ended) break;
        }
      } finally {
        await probe.stop();
        for (const lane of this.lanes) lane.close();
      }
      if (server.ended) this.wrong.push(`The process ended: see ${server.logFile}.`);
      return this.finding(taking.length, idleMs, await peakMbOf(server));
    } finally {
      await this.product.end();
    }
  }

  private async amplify(
    server: ServerProcess,
    operation: Operation,
    token: string,
    probe: Probe,
  ): Promise<void> {
    for (const amplifier of AMPLIFIERS) {
      if (server.ended) return;
      const request = requestOf(operation, amplifier, token);
      const name = `${operation.name} with ${amplifier.name}`;
      await this.block(server, name, request, probe);
      const worked = stopwatch(server);
      const outcomes = await Promise.all(this.lanes.map((lane) => lane.send(request)));
      const workedMs = worked();
      for (const outcome of outcomes) this.judge(name, outcome, workedMs);
    }
    this.context.progress(`${operation.name}: ${this.wrong.length} wrong in all`);
  }

  /** Sends one body alone, and measures how long it blocks the event loop. */
  private async block(
    server: ServerProcess,
    name: string,
    request: FuzzRequest,
    probe: Probe,
  ): Promise<void> {
    let shortest = Infinity;
    for (let tries = 0; tries < TRIES && shortest > LONGEST_BLOCK_MS; tries++) {
      await probe.takeLongest();
      const worked = stopwatch(server);
      const outcome = await this.lanes[0]!.send(request);
      const blockedMs = await probe.takeLongest();
      const workedMs = worked();
      this.judge(name, outcome, workedMs);
      shortest = Math.min(shortest, blockedMs, workedMs);
    }
    if (shortest > this.longestBlock.ms) this.longestBlock = { ms: shortest, name };
    if (shortest > LONGEST_BLOCK_MS) {
      this.wrong.push(`${name} blocked the event loop for ${Math.round(shortest)} ms.`);
    }
  }

  /** @param workedMs CPU time of the process meanwhile: it blocked for no longer than that */
  private judge(name: string, outcome: FuzzOutcome, workedMs: number): void {
    this.tried += 1;
    if (!outcome.answer) {
      this.wrong.push(`${name}: ${outcome.reason}.`);
      return;
    }
    const { answer } = outcome;
    const ms = Math.min(outcome.ms, workedMs);
    const bytes = Number(answer.headers['content-length'] ?? 0);
    if (ms > this.slowest.ms) this.slowest = { ms, name };
    if (bytes > this.largest.bytes) this.largest = { bytes, name };
    if (answer.status === 503) this.overloads.unavailable += 1;
    else if (answer.status >= 500) this.wrong.push(`${name} was answered with ${answer.status}.`);
    if (ms > LONGEST_ANSWER_MS) this.wrong.push(`${name} took ${Math.round(ms)} ms.`);
    if (bytes > LONGEST_ANSWER_BYTES) this.wrong.push(`${name} was answered with ${bytes} bytes.`);
  }

  private finding(routes: number, idleMs: number, peakMb: number | undefined): Finding {
    const { longestBlock, slowest, largest } = this;
    const wrong = [...new Set(this.wrong)];
    const more = wrong.length - MAX_FAULTS;
    const ratio = (longestBlock.ms / idleMs).toFixed(0);
    return {
      tally: { ...EMPTY_TALLY, tried: this.tried, other: this.wrong.length },
      notes: [
        `${AMPLIFIERS.length} bodies to ${routes} routes; answers of 503: ${this.overloads.unavailable}`,
        `longest block by one body: ${longestBlock.ms.toFixed(0)} ms, ${ratio} times an idle probe (${idleMs.toFixed(1)} ms), by ${longestBlock.name}`,
        `longest answer of ${AT_ONCE} at once: ${slowest.ms.toFixed(0)} ms, by ${slowest.name}`,
        `largest answer: ${largest.bytes} bytes, by ${largest.name}`,
        ...(peakMb === undefined ? [] : [`most memory of the process: ${peakMb.toFixed(0)} MB`]),
      ],
      faults: [
        ...wrong.slice(0, MAX_FAULTS),
        ...(more > 0 ? [`${more} further bodies had wrong answers.`] : []),
      ],
    };
  }
}

function requestOf(
  operation: Operation,
  { make, encoding }: Amplifier,
  token: string,
): FuzzRequest {
  const values = Object.fromEntries(operation.parameters('path').map((name) => [name, ANY_ID]));
  const path = operation.pathWith({ ...values, kind: 'reminder' });
  return {
    method: operation.method.toUpperCase(),
    path,
    headers: [
      ['Authorization', `Bearer ${token}`],
      ['Content-Type', 'application/json'],
      ...(encoding === undefined ? [] : [['Content-Encoding', encoding] as const]),
    ],
    body: make(path.endsWith('/batch') ? BATCH_BYTES : BODY_BYTES),
    framing: 'length',
  };
}

/**
 * CPU time of a process from now on, in ms: on a busy machine, this is the time of its own work. Infinity
 * if the system does not report it.
 */
function stopwatch({ child }: ServerProcess): () => number {
  const before = cpuSecondsOf(child.pid);
  return () => {
    const after = cpuSecondsOf(child.pid);
    return before === undefined || after === undefined ? Infinity : (after - before) * 1000 + 10;
  };
}

/**
 * The most memory that a process had, in MB; undefined if the system does not report it. Source: proc(5),
 * VmHWM.
 */
async function peakMbOf({ child }: ServerProcess): Promise<number | undefined> {
  const status = await readFile(`/proc/${child.pid ?? 0}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}
