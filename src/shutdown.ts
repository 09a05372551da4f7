import { type Server as HttpServer, type ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';

/** How long requests that run may take to end after a stop was asked for, in ms. */
export const DRAIN_LIMIT_MS = 20_000;
/** How long an idle kept-alive connection stays open for a request that is already on its way, in ms. */
const IDLE_GRACE_MS = 1000;

/**
 * Lets a server finish: new connections are refused from the start of the drain, requests that run are
 * answered, and every answer from then on carries `Connection: close`, or a client would send its next
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
  async finish(limitMs = DRAIN_LIMIT_MS): Promise<boolean> {
    this.draining = true;
    for (const response of this.unanswered) {
      if (!response.headersSent) response.setHeader('Connection', 'close');
    }
    const since = Date.now();
    // http.Server.close() would close idle connections at once: see the class comment.
    const closed = new Promise<void>((resolve) => {
      NetServer.prototype.close.call(this.server, () => resolve());
    });
    let complete = true;
    const sweeper = setInterval(() => {
      const now = Date.now();
      if (now - since > limitMs) {
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
