import fc from 'fast-check';
import { type OpenApiDocument, type Operation, operationsOf } from '../../test/support/openapi.js';
import { type RawAnswer } from '../../test/support/raw-connection.js';
import { type ServerProcess } from '../server-process.js';
import { type Drill, type DrillContext, EMPTY_TALLY, type Finding } from './drill.js';
import { FuzzLane, type FuzzOutcome } from './fuzz-lane.js';
import { type FuzzRequest, RequestArbitraries } from './fuzz-requests.js';
import { Product } from '../under-load/product.js';

const CASES = 2000;
const QUICK_CASES = 15;
/** Requests under way at once. */
const LANES = 8;
/** Cases that are made at once: all of a route would take much memory. */
const CHUNK = 200;
const MAX_FAULTS = 5;
const MAX_SHOWN = 300;

/** Requests of any form to every route of the document: each gets an answer that the API describes. */
export const FUZZ: Drill = {
  name: 'fuzz',
  title: 'valid, nearly valid and hostile requests to every route',
  run: (context) => new Fuzz(context).run(),
};

class Fuzz {
  private readonly product: Product;
  private readonly statuses = new Map<number, number>();
  private readonly succeeded = new Set<string>();
  private readonly unavailable = new Map<string, number>();
  private readonly wrong: string[] = [];
  private tried = 0;
  private longest = { ms: 0, name: '' };

  constructor(private readonly context: DrillContext) {
    // Without a worker, jobs stay in the states in which they can be retried and cancelled.
    const settings = { DEMO: 'true', LOG_LEVEL: 'warn', LOGIN_DELAY_MAX_MS: '0', WORKER: 'false' };
    this.product = new Product(context.folder, settings);
  }

  async run(): Promise<Finding> {
    try {
      const server = await this.product.start();
      const token = await this.product.token(server);
      const document = (await read(server, '/api/openapi.json', token)) as OpenApiDocument;
      const operations = operationsOf(document);
      await makeJobs(server, token);
      for (const [index, operation] of operations.entries()) {
        const known = await knownValues(server, operations, token);
        const requests = new RequestArbitraries(document, known, token).of(operation);
        await this.fuzz(server, operation, requests, index);
        if (server.ended) break;
      }
      if (server.ended) this.wrong.push(`The process ended: see ${server.logFile}.`);
      return this.finding(operations);
    } finally {
      await this.product.end();
    }
  }

  private async fuzz(
    server: ServerProcess,
    operation: Operation,
    requests: fc.Arbitrary<FuzzRequest>,
    index: number,
  ): Promise<void> {
    const { seed, quick, progress } = this.context;
    const cases = quick ? QUICK_CASES : CASES;
    const lanes = Array.from({ length: LANES }, () => new FuzzLane(server.url));
    for (let done = 0; done < cases && !server.ended; done += CHUNK) {
      const numRuns = Math.min(CHUNK, cases - done);
      const samples = fc.sample(requests, { seed: seed + index * CASES + done, numRuns });
      let next = 0;
      const work = async (lane: FuzzLane): Promise<void> => {
        while (next < samples.length && !server.ended) {
          const request = samples[next++]!;
          this.judge(operation, request, await lane.send(request));
        }
      };
      await Promise.all(lanes.map(work));
    }
    for (const lane of lanes) lane.close();
    progress(`${operation.name}: ${cases} cases, ${this.wrong.length} wrong in all`);
  }

  private judge(operation: Operation, request: FuzzRequest, outcome: FuzzOutcome): void {
    this.tried += 1;
    if (!outcome.answer) {
      this.wrong.push(`${shown(request)}: ${outcome.reason}.`);
      return;
    }
    const { answer, ms } = outcome;
    this.statuses.set(answer.status, (this.statuses.get(answer.status) ?? 0) + 1);
    if (answer.status < 300) this.succeeded.add(operation.name);
    if (ms > this.longest.ms) this.longest = { ms, name: operation.name };
    if (answer.status === 503) {
      const code = `${operation.name} ${String((answer.body as { code?: unknown }).code)}`;
      this.unavailable.set(code, (this.unavailable.get(code) ?? 0) + 1);
    }
    const problem = problemOf(request, answer);
    if (problem !== undefined) this.wrong.push(`${shown(request)} ${problem}.`);
  }

  private finding(operations: readonly Operation[]): Finding {
    const names = operations.map(({ name }) => name);
    const refused = names.filter((name) => !this.succeeded.has(name));
    const statuses = [...this.statuses].sort(([a], [b]) => a - b);
    const unavailable = [...this.unavailable].map(([name, count]) => `${name} ${count} times`);
    const more = this.wrong.length - MAX_FAULTS;
    return {
      tally: { ...EMPTY_TALLY, tried: this.tried, other: this.wrong.length },
      notes: [
        `${names.length} routes; ${statuses.map(([status, count]) => `${status}: ${count}`).join(', ')}`,
        `answers of 503, for which there is no reason: ${unavailable.join(', ') || 'none'}`,
        `routes that never succeeded: ${refused.join(', ') || 'none'}`,
        `longest answer: ${Math.round(this.longest.ms)} ms, of ${this.longest.name}`,
      ],
      faults: [
        ...this.wrong.slice(0, MAX_FAULTS),
        ...(more > 0 ? [`${more} further requests were answered wrongly.`] : []),
      ],
    };
  }
}

/** What is wrong with an answer, whatever was asked; undefined if nothing. */
function problemOf(request: FuzzRequest, { status, headers, body }: RawAnswer): string | undefined {
  if (status < 300) return undefined;
  // A client that holds the current version of what it reads.
  const conditional = request.headers.some(([name]) => name === 'If-None-Match');
  if (status === 304 && conditional && request.method === 'GET') return undefined;
  if (status < 400 || (status >= 500 && status !== 503)) return `was answered with ${status}`;
  const type = headers['content-type'] ?? 'no content type';
  if (!type.startsWith('application/problem+json')) return `was answered ${status} as ${type}`;
  const described = (body as { status?: unknown }).status;
  return described === status ? undefined : `was answered ${status}, but says ${String(described)}`;
}

/** A request in one line, its body and long headers cut. The token is left out. */
function shown({ method, path, headers, body, framing }: FuzzRequest): string {
  const sent = headers
    .filter(([, value]) => !value.startsWith('Bearer ey'))
    .map(([name, value]) => `${name}: ${value.slice(0, 60)}`);
  const text = body === undefined ? 'none' : body.toString('utf8');
  const line = { path: path.slice(0, MAX_SHOWN), headers: sent, body: text.slice(0, MAX_SHOWN) };
  return `${method} ${JSON.stringify({ ...line, framing })}`;
}

async function read({ url }: ServerProcess, path: string, token: string): Promise<unknown> {
  const headers = { Authorization: `Bearer ${token}` };
  const answer = await fetch(url + path, { headers });
  return answer.ok ? answer.json() : {};
}

/** Jobs that wait and jobs that were cancelled. */
async function makeJobs({ url }: ServerProcess, token: string): Promise<void> {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  const post = async (path: string, body?: object): Promise<{ id: string }> => {
    const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    return (await answer.json()) as { id: string };
  };
  for (let made = 0; made < 20; made++) {
    const { id } = await post('/api/next-actions', { title: 'Retry the failed delivery' });
    await post(`/api/next-actions/${id}/execute`, { actionKey: 'retry_failed_deliveries' });
  }
  const answer = await fetch(`${url}/api/jobs`, { headers });
  const { items } = (await answer.json()) as { items: { id: string }[] };
  for (const { id } of items.slice(0, items.length / 2)) await post(`/api/jobs/${id}/cancel`);
}

/**
 * Texts that the server shows in its lists, by the name of their field; those of the list that a path
 * begins with also by path and name.
 */
async function knownValues(
  server: ServerProcess,
  operations: readonly Operation[],
  token: string,
): Promise<Map<string, string[]>> {
  const known = new Map<string, string[]>();
  const add = (name: string, value: string): void => {
    const values = known.get(name) ?? [];
    if (values.length < 60 && value.length <= 128) known.set(name, [...values, value]);
  };
  for (const { method, path } of operations) {
    if (method !== 'get' || path.includes('{')) continue;
    const { items = [] } = (await read(server, path, token)) as { items?: object[] };
    const below = operations.filter((one) => one.path.startsWith(`${path}/{`));
    for (const [name, value] of items.flatMap((item) => Object.entries(item))) {
      if (typeof value !== 'string') continue;
      add(name, value);
      for (const one of below) add(`${one.path}#${name}`, value);
    }
  }
  return known;
}
