import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Api, isDone, type Reply } from './api.js';
import { type Journal, type Press } from './journal.js';
import { pick, randomOf } from './random.js';
import { settledWithin } from './settled-within.js';

/** Pause after an answer with Retry-After, or without any, in ms: far shorter than a real client's. */
const PAUSE_MS = 200;
const SETTLE_LIMIT_MS = 60_000;
const FAULTS_SHOWN = 5;

/** Requests of each kind, of a hundred. */
const MIX = [
  ['press', 40],
  ['press twice at once', 6],
  ['press again', 10],
  ['list', 18],
  ['push', 12],
  ['score', 4],
  ['run rules', 4],
  ['run risk rules', 3],
  ['summary', 3],
] as const;
type Kind = (typeof MIX)[number][0];

/** Options of the clients. */
export interface ClientsOptions {
  /** Where they send; each client has a port in turn. */
  readonly ports: readonly number[];
  readonly token: string;
  readonly count: number;
  readonly seed: number;
  /** Longest time in which a request must be answered, in ms. */
  readonly limitMs: number;
  /** Whether a connection may break: servers are killed on purpose. */
  readonly mayBreak?: boolean;
  /** Which answers are allowed; 2xx, 4xx and 503 by default. */
  readonly allowed?: (status: number) => boolean;
  /** Which clients keep their connection for the next request; all by default. */
  readonly keepsAlive?: (client: number) => boolean;
  /** Called when a press was answered with 2xx. */
  readonly onPressed?: () => void;
}

/** Clients that use the whole API until they are stopped, and remember every press. */
export class Clients {
  /** Requests that were sent: a refused connection is none. */
  requests = 0;
  /** Answers that must not be, and answers that are missing. */
  other = 0;
  longestMs = 0;
  readonly faults: string[] = [];
  /** How often each status, or reason for none, was seen. */
  readonly seen = new Map<string, number>();
  private readonly apis: Api[];
  private readonly agents: Agent[] = [];
  private readonly waiting = new Set<() => void>();
  private running: Promise<void>[] = [];
  private stopped = false;

  constructor(
    private readonly journal: Journal,
    private readonly options: ClientsOptions,
  ) {
    const { ports, token, count, limitMs } = options;
    this.apis = Array.from({ length: count }, (_, index) => {
      const agent = new Agent({ keepAlive: options.keepsAlive?.(index) ?? true });
      this.agents.push(agent);
      return new Api(ports[index % ports.length]!, { token, agent, limitMs });
    });
  }

  /** Starts them; they go on until `stop`. */
  start(): void {
    this.stopped = false;
    this.running = this.apis.map((api, index) => this.use(api, this.options.seed * 1000 + index));
  }

  /** Resolves when every request that runs has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.running);
    for (const agent of this.agents) agent.destroy();
  }

  /** Time from now to the next press that is answered with 2xx, in ms; undefined after `limitMs`. */
  async untilPressed(limitMs: number): Promise<number | undefined> {
    const began = performance.now();
    let tell: () => void = () => undefined;
    const pressed = new Promise<void>((resolve) => {
      tell = resolve;
      this.waiting.add(tell);
    });
    const inTime = await settledWithin(pressed, limitMs);
    this.waiting.delete(tell);
    return inTime ? performance.now() - began : undefined;
  }

  /** Sends every press without an answer again, the same, until it has one. Each must get one. */
  async settle(): Promise<void> {
    const deadline = Date.now() + SETTLE_LIMIT_MS;
    const open = this.journal.open();
    await Promise.all(
      this.apis.map(async (api) => {
        for (let press = open.pop(); press; press = open.pop()) {
          let last = await this.press(api, press);
          while (!isDone(last) && Date.now() < deadline) {
            await delay(PAUSE_MS);
            last = await this.press(api, press);
          }
          if (!isDone(last)) {
            this.fault(`A press of ${press.nextActionId} was never answered: ${outcomeOf(last)}.`);
          }
        }
      }),
    );
  }

  /** Presses, and remembers the answer. */
  async press(api: Api, press: Press): Promise<Reply> {
    const headers = press.key === undefined ? undefined : { 'Idempotency-Key': press.key };
    const path = `/api/next-actions/${press.nextActionId}/execute`;
    const reply = await this.send(api, 'POST', path, { actionKey: press.actionKey }, headers);
    if (!isDone(reply)) return reply;
    press.executionIds.push(String(reply.body.executionId));
    for (const tell of this.waiting) tell();
    this.options.onPressed?.();
    return reply;
  }

  private async use(api: Api, seed: number): Promise<void> {
    const random = randomOf(seed);
    let last: Press | undefined;
    const one = async (kind: Kind): Promise<Reply | undefined> => {
      if (kind === 'press again') return last && this.press(api, last);
      if (kind !== 'press' && kind !== 'press twice at once') {
        return this.send(api, ...requestOf(kind, random));
      }
      const press = this.journal.next();
      if (!press) return undefined;
      const twin = kind === 'press' ? undefined : this.press(api, press);
      const reply = await this.pressUntilAnswered(api, press);
      await twin;
      last = press;
      return reply;
    };
    while (!this.stopped) {
      const reply = await one(pick(random, MIX));
      if (!reply || !isDone(reply)) await delay(PAUSE_MS);
    }
  }

  /** Sends the same press again while it has no answer or a Retry-After, until the stop. */
  private async pressUntilAnswered(api: Api, press: Press): Promise<Reply> {
    for (;;) {
      const reply = await this.press(api, press);
      const comesBack = reply.status === undefined || reply.status === 503;
      if (!comesBack || this.stopped) return reply;
      await delay(PAUSE_MS);
    }
  }

  private async send(api: Api, ...request: Parameters<Api['send']>): Promise<Reply> {
    const reply = await api.send(...request);
    if (reply.failure !== 'ECONNREFUSED') this.requests += 1;
    this.longestMs = Math.max(this.longestMs, reply.ms);
    const outcome = outcomeOf(reply);
    this.seen.set(outcome, (this.seen.get(outcome) ?? 0) + 1);
    if (!this.isDue(reply)) this.fault(`${request[0]} ${request[1]}: ${outcome}.`);
    return reply;
  }

  private isDue({ status, failure }: Reply): boolean {
    const { allowed = isExpected, mayBreak = false } = this.options;
    return status === undefined ? mayBreak && failure !== 'NO_ANSWER' : allowed(status);
  }

  private fault(text: string): void {
    this.other += 1;
    if (this.faults.length < FAULTS_SHOWN) this.faults.push(text);
  }
}

/** 2xx, 4xx and 503. */
export function isExpected(status: number): boolean {
  return (status >= 200 && status < 300) || (status >= 400 && status < 500) || status === 503;
}

/** `200`, `503 DATABASE_BUSY` or `ECONNRESET`. */
function outcomeOf({ status, failure, body }: Reply): string {
  if (status === undefined) return failure ?? 'no answer';
  return typeof body.code === 'string' ? `${status} ${body.code}` : String(status);
}

function requestOf(kind: Kind, random: () => number): Parameters<Api['send']> {
  const scope = { entityType: 'chaos', entityId: `desk_${Math.floor(random() * 4)}` };
  const query = new URLSearchParams(scope).toString();
  switch (kind) {
    case 'push': {
      const item = `reminder/chaos-${Math.floor(random() * 500)}`;
      const state = random() < 0.7 ? 'open' : 'done';
      return ['PUT', `/api/work-items/${item}`, { ...scope, title: 'Call back', state }];
    }
    case 'score':
      return ['POST', '/api/scores/compute', scope];
    case 'run rules':
      return ['POST', '/api/next-actions/run', scope];
    case 'run risk rules':
      return ['POST', '/api/risk/run-rules', scope];
    case 'summary':
      return ['GET', `/api/next-actions/summary?${query}`];
    default:
      return ['GET', `/api/next-actions?${query}&pageSize=25`];
  }
}
