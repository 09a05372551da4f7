import autocannon from 'autocannon';
import { type Desk, LIST_SCOPE } from './desk.js';
import { type Contestant } from './servers.js';

export type Route = 'execute' | 'list';

/** The result of a run. */
export interface Result {
  /** Answers a second. */
  readonly rate: number;
  /** CPU time of the server's process for one answer, in ms; NaN if the system does not report it. */
  readonly cpu: number;
}

const LIST_PATH = `/api/next-actions?${new URLSearchParams({
  ...LIST_SCOPE,
  status: 'queued',
  page: '1',
  pageSize: '25',
}).toString()}`;

/** Presses and reads as a client of the HTTP API. */
export class Load {
  private readonly headers: Record<string, string>;
  /** Presses that were answered with 2xx. */
  pressed = 0;

  constructor(
    private readonly desk: Desk,
    token: string,
  ) {
    this.headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  }

  /** One run. Throws when any request failed or was not answered with 2xx. */
  async run(
    route: Route,
    contestant: Contestant,
    connections: number,
    seconds: number,
  ): Promise<Result> {
    const before = contestant.cpuSeconds() ?? NaN;
    const result = await autocannon({
      url: contestant.url,
      connections,
      duration: seconds,
      requests: [route === 'list' ? this.read() : this.presses()],
    });
    const failed = result.errors + result.timeouts + result.non2xx;
    if (failed > 0) {
      const codes = JSON.stringify(result.statusCodeStats ?? {});
      throw new Error(`${contestant.name}: ${failed} requests of ${route} failed, ${codes}.`);
    }
    if (route === 'execute') this.pressed += result['2xx'];
    const used = (contestant.cpuSeconds() ?? NaN) - before;
    return { rate: result['2xx'] / result.duration, cpu: (used * 1000) / result['2xx'] };
  }

  /** One answer of the list, to compare. */
  async list(contestant: Contestant): Promise<unknown> {
    const response = await fetch(contestant.url + LIST_PATH, { headers: this.headers });
    return response.json();
  }

  /** The buttons that the list shows at its first item. */
  async buttons(contestant: Contestant): Promise<unknown> {
    const { items } = (await this.list(contestant)) as { items: { actions: unknown }[] };
    return items[0]?.actions;
  }

  /** The id of the execution of one press. */
  async press(contestant: Contestant): Promise<string> {
    const { path, ...request } = this.nextPress();
    const response = await fetch(contestant.url + path, request);
    if (!response.ok) throw new Error(`${contestant.name} answered a press ${response.status}.`);
    this.pressed += 1;
    return ((await response.json()) as { executionId: string }).executionId;
  }

  private read(): autocannon.Request {
    return { method: 'GET', path: LIST_PATH, headers: this.headers };
  }

  private presses(): autocannon.Request {
    return { setupRequest: (request) => ({ ...request, ...this.nextPress() }) };
  }

  /** Every request presses another NBA, so that none is answered by an earlier execution. */
  private nextPress() {
    return {
      method: 'POST' as const,
      path: `/api/next-actions/${this.desk.next()}/execute`,
      // A copy: autocannon adds the length of the body to it.
      headers: { ...this.headers },
      body: JSON.stringify({ actionKey: 'mark_done' }),
    };
  }
}
