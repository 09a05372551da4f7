import { type Server as HttpServer, type ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** How long running requests may take to end, from the begin of the drain, in ms. */
export const DRAIN_LIMIT_MS = 20_000;
/** How long an idle kept-alive connection stays open for a request that is already on its way, in ms. */
const IDLE_GRACE_MS = 1000;

/** Longest duration of an idle turn of the event loop, in ms. */
const CALM_TURN_MS = 0.5;
/** How long to wait for such a turn, in ms: new connections are held meanwhile. */
const CALM_WITHIN_MS = 500;

/** Times of a drain, in ms. */
export interface DrainOptions {
  /** How long new connections are still accepted: a load balancer needs time to notice. */
  readonly delayMs?: number;
  /** Time limit of the whole drain. */
  readonly limitMs?: number;
}

/**
 * Stops a server gracefully. For a while it still accepts new connections, then it refuses them. Running
 * requests are answered, and every answer carries `Connection: close`, or a client would send its next
 * request on a connection that is about to close. Idle connections are not closed at once, because a client
 * may just have sent a request.
 */
export class Drain {
  private readonly sockets = new Map<Socket, { running: number; idleSince: number }>();
  private readonly unanswered = new Set<ServerResponse>();
  private draining = false;

  constructor(private readonly server: HttpServer) {
    server.on('connection', (socket: Socket) => {
      this.sockets.set(socket, { running: 0, idleSince: Date.now() });
      socket.once('close', () => this.sockets.delete(socket));
    });
    server.prependListener('request', (request, response: ServerResponse) => {
      const state = this.sockets.get(request.socket);
      if (state) state.running += 1;
      if (this.draining) response.setHeader('Connection', 'close');
      this.unanswered.add(response);
      response.once('close', () => {
        this.unanswered.delete(response);
        if (!state) return;
        state.running -= 1;
        state.idleSince = Date.now();
      });
    });
  }

  /**
   * Resolves when every connection is closed; after `limitMs` it closes the rest, and resolves with false.
   */
  async finish({ delayMs = 0, limitMs = DRAIN_LIMIT_MS }: DrainOptions = {}): Promise<boolean> {
    const end = Date.now() + limitMs;
    this.draining = true;
    for (const response of this.unanswered) {
      if (!response.headersSent) response.setHeader('Connection', 'close');
    }
    if (delayMs > 0) await delay(delayMs);
    return this.closeBy(end);
  }

  private async closeBy(end: number): Promise<boolean> {
    const { connections } = await this.stopListening();
    const since = Date.now();
    let complete = true;
    const sweeper = setInterval(() => {
      const now = Date.now();
      if (now > end) {
        complete = false;
        this.server.closeAllConnections();
        return;
      }
      for (const [socket, { running, idleSince }] of this.sockets) {
        if (running === 0 && now - Math.max(idleSince, since) > IDLE_GRACE_MS) socket.destroy();
      }
    }, 50);
    await connections;
    clearInterval(sweeper);
    return complete;
  }

  /**
   * Closes the listener, and resolves with the promise of the last connection's end. The kernel queues new
   * connections, and resets those that were not accepted when the listener closes: clients would see a
   * reset instead of a refusal. So new connections are accepted and held until there is a short turn of the
   * event loop without one. A held socket needs an error listener, because the server has not added its own
   * yet and an unhandled error would end the process.
   */
  private async stopListening(): Promise<{ connections: Promise<void> }> {
    const { server } = this;
    const listeners = server.rawListeners('connection') as ((socket: Socket) => void)[];
    const held: Socket[] = [];
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => held.push(socket.on('error', ignoreReset)));
    await calmTurn(() => held.length);
    // http.Server.close() would close idle connections at once: see the class comment.
    const connections = new Promise<void>((resolve) => {
      NetServer.prototype.close.call(server, () => resolve());
    });
    server.removeAllListeners('connection');
    for (const listener of listeners) server.on('connection', listener);
    for (const socket of held) {
      // Its error may still be on the way, so it keeps its listener.
      if (socket.destroyed) continue;
      server.emit('connection', socket.off('error', ignoreReset));
    }
    return { connections };
  }
}

/** Error of a held socket: its client has disconnected, and no request was read. */
function ignoreReset(): void {
  // The socket destroys itself.
}

/** Resolves in the first short turn of the event loop without a new connection, or after the time limit. */
async function calmTurn(count: () => number): Promise<void> {
  const until = performance.now() + CALM_WITHIN_MS;
  let [seen, began] = [-1, 0];
  while (performance.now() < until) {
    if (seen === count() && performance.now() - began < CALM_TURN_MS) return;
    [seen, began] = [count(), performance.now()];
    await new Promise((resolve) => setImmediate(resolve));
  }
}
