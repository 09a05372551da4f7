import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A proxy to a database that can cut connections or stop forwarding, to simulate an outage. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  private port = 0;
  private silent = false;
  private deaf = false;

  constructor(private target: URL) {}

  /** The target's URL, by way of the proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${this.port}`;
    return url.toString();
  }

  async open(): Promise<void> {
    this.server = createServer((socket) => {
      const upstream = connect(Number(this.target.port), this.target.hostname);
      for (const [from, to] of [
        [socket, upstream],
        [upstream, socket],
      ] as const) {
        this.sockets.add(from);
        from.on('error', () => to.destroy());
        from.on('close', () => {
          this.sockets.delete(from);
          to.destroy();
        });
        from.on('data', (chunk) => {
          if (!this.silent && !(this.deaf && from === upstream)) to.write(chunk);
        });
      }
    });
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Cuts every connection; new ones lead to another server, with the same user, password and database. */
  switchTo(target: URL): void {
    this.target = target;
    for (const socket of this.sockets) socket.destroy();
  }

  /** Stops forwarding, without closing connections. */
  fallSilent(): void {
    this.silent = true;
  }

  /** Stops forwarding answers; requests still reach the database. */
  swallowAnswers(): void {
    this.deaf = true;
  }

  /** Forwards again, on new connections: what was sent on the old ones is lost. */
  speak(): void {
    for (const socket of this.sockets) socket.destroy();
    this.silent = false;
    this.deaf = false;
  }

  /** Cuts every connection and refuses new ones. */
  async cut(): Promise<void> {
    const closed = once(this.server!, 'close');
    this.server!.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}
