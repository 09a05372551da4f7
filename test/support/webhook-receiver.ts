import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

/** A request that a receiver got. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

/** Answers a request; without an end of the response, the receiver is silent. */
export type Answer = (response: ServerResponse, request: Received) => void;

/** A receiver of webhooks on a free port of this machine, which keeps what it got. */
export class WebhookReceiver {
  readonly received: Received[] = [];
  /** Connections that were opened to it. */
  connections = 0;
  private waiting: (() => void)[] = [];

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    public answer: Answer,
  ) {}

  static async start(answer: Answer = (response) => response.end('{}')): Promise<WebhookReceiver> {
    const server = createServer();
    const receiver = new WebhookReceiver(server, answer);
    server.on('connection', () => receiver.connections++);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers, rawHeaders } = request;
        const body = Buffer.concat(chunks).toString('utf8');
        const received = { method, path: url, headers, rawHeaders, body };
        receiver.received.push(received);
        receiver.answer(response, received);
        for (const wake of receiver.waiting.splice(0)) wake();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Its URL by the literal address. */
  get url(): string {
    return `http://127.0.0.1:${this.port}/hooks`;
  }

  /** Waits until it got that many requests in all, and returns the last of them. */
  async nth(count: number): Promise<Received> {
    while (this.received.length < count) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    const [received] = this.received.slice(count - 1);
    if (!received) throw new Error('It got no request.');
    return received;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }
}
