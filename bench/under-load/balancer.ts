import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const CHECK_EVERY_MS = 250;
const CHECK_LIMIT_MS = 1000;
/** Consecutive checks without an answer after which a server counts as down: it may only be busy. */
const MISSES = 3;
const READY_WITHIN_MS = 10_000;

interface Backend {
  readonly port: number;
  ready: boolean;
  misses: number;
}

/**
 * A load balancer of TCP connections, as common ones are: each new connection goes to the next server
 * whose readiness probe answers 200, and to another one where it is refused. It sends nothing twice.
 * A probe that answers anything else counts at once, one without an answer only after some. If none is
 * ready, as while the database is away, it takes all: their own 503 says more than a closed connection.
 */
export class Balancer {
  private readonly backends: Backend[];
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private checking: NodeJS.Timeout | undefined;
  private turn = 0;
  /** Connections that one server refused and another one got. */
  refusals = 0;

  constructor(ports: readonly number[]) {
    this.backends = ports.map((port) => ({ port, ready: true, misses: 0 }));
    this.server = createServer({ allowHalfOpen: true }, (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      this.forward(socket, this.inTurn());
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async open(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.checking = setInterval(() => void this.check(), CHECK_EVERY_MS);
  }

  async close(): Promise<void> {
    clearInterval(this.checking);
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** Resolves when it sends requests to the server; throws where that takes too long. */
  async untilReady(port: number): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    while (!this.isReady(port)) {
      if (Date.now() > deadline) throw new Error('The balancer sees no server that is ready.');
      await delay(50);
    }
  }

  private isReady(port: number): boolean {
    return this.backends.some((backend) => backend.port === port && backend.ready);
  }

  private async check(): Promise<void> {
    await Promise.all(
      this.backends.map(async (backend) => {
        const signal = AbortSignal.timeout(CHECK_LIMIT_MS);
        const url = `http://127.0.0.1:${backend.port}/health/ready`;
        const answer = await fetch(url, { signal }).catch(() => undefined);
        backend.misses = answer ? 0 : backend.misses + 1;
        if (answer) backend.ready = answer.ok;
        else if (backend.misses >= MISSES) backend.ready = false;
        await answer?.text().catch(() => undefined);
      }),
    );
  }

  /** The ready servers, or all where none is, beginning with another one each time. */
  private inTurn(): Backend[] {
    const ready = this.backends.filter((backend) => backend.ready);
    const taken = ready.length > 0 ? ready : this.backends;
    const first = this.turn++ % taken.length;
    return [...taken.slice(first), ...taken.slice(0, first)];
  }

  private forward(socket: Socket, [backend, ...others]: readonly Backend[]): void {
    if (!backend) {
      socket.destroy();
      return;
    }
    const upstream = connect({ port: backend.port, host: '127.0.0.1', allowHalfOpen: true });
    const refused = (): void => {
      this.refusals += 1;
      this.forward(socket, others);
    };
    upstream.once('error', refused);
    upstream.once('connect', () => {
      upstream.off('error', refused);
      for (const [from, to] of [
        [socket, upstream],
        [upstream, socket],
      ] as const) {
        from.pipe(to);
        from.on('error', () => to.destroy());
        from.on('close', () => to.end());
      }
    });
  }
}
