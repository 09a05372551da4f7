import { Agent } from 'node:http';
import { Api, isDone, type Reply } from '../under-load/api.js';
import { kindOf } from './profile.js';

/** Where presses are sent. */
export interface Target {
  readonly port: number;
  readonly token: string;
  readonly connections: number;
}

/** What was answered. */
export interface Answered {
  /** Presses that ran; each has an execution. */
  presses: number;
  undos: number;
}

const ANSWER_MS = 30_000;

/** Sends presses as clients of a desk do, each of another next best action, and some a second time. */
export class Replay {
  readonly answered: Answered = { presses: 0, undos: 0 };
  private readonly agent: Agent;
  private readonly api: Api;
  private sent = 0;

  constructor(
    private readonly target: Target,
    private readonly next: () => string,
  ) {
    const { port, token, connections } = target;
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
    this.api = new Api(port, { token, agent: this.agent, limitMs: ANSWER_MS });
  }

  /** Sends so many presses over all connections; throws for an answer that is no success. */
  async press(count: number): Promise<void> {
    const end = this.sent + count;
    const client = async (): Promise<void> => {
      while (this.sent < end) await this.one(this.sent++);
    };
    await Promise.all(Array.from({ length: this.target.connections }, client));
  }

  close(): void {
    this.agent.destroy();
  }

  private async one(n: number): Promise<void> {
    const { actionKey, then } = kindOf(n);
    const path = `/api/next-actions/${this.next()}`;
    const headers = { 'Idempotency-Key': `day-${n}` };
    const press = (): Promise<Reply> =>
      this.api.send('POST', `${path}/execute`, { actionKey }, headers);
    const { executionId } = bodyOf(await press());
    this.answered.presses += 1;
    if (then === 'repeat') {
      const repeated = bodyOf(await press());
      if (repeated.executionId !== executionId) throw new Error('A repeat ran a second time.');
    }
    if (then === 'undo') {
      bodyOf(await this.api.send('POST', `${path}/executions/${String(executionId)}/undo`));
      this.answered.undos += 1;
    }
  }
}

function bodyOf(reply: Reply): Reply['body'] {
  if (isDone(reply)) return reply.body;
  throw new Error(
    `A press was answered ${String(reply.status ?? reply.failure)}: ${JSON.stringify(reply.body)}`,
  );
}
