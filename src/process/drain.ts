import { type Server as HttpServer, type ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** How long requests that run may take to end, counted from the begin of the drain, in ms. */
export const DRAIN_LIMIT_MS = 20_000;
/** How long an idle kept-alive connection stays open for a request that is already on its way, in ms. */
const IDLE_GRACE_MS = 1000;

/** Times of a drain, in ms. */
export interface DrainOptions {
  /** How long new connections are taken yet: a load balancer needs a while to send them elsewhere. */
  readonly delayMs?: number;
  /** How long all of it may take. */
  readonly limitMs?: number;
}

/**
 * Lets a server finish: for a while it takes new connections yet, then it refuses them; requests that run
 * are answered, and every answer from then on carries `Connection: close`, or a client would send its next
 * request into a connection that is about to end. Closing idle connections at once would cut off
 * requests that a client has just sent.
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

  /** Resolves when every connection is closed; after `limitMs` it closes the rest. False if it had to. */
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
    const since = Date.now();
    // http.Server.close() would close idle connections at once: see the class comment.
    const closed = new Promise<void>((resolve) => {
      NetServer.prototype.close.call(this.server, () => resolve());
    });
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
    await closed;
    clearInterval(sweeper);
    return complete;
  }
}
