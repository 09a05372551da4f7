import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A connection that sends any bytes, also those that no client library would send. */
export class RawConnection {
  private received = '';
  private readonly waiting = new Set<() => void>();
  /** Resolves when the connection is closed, whichever side closed it. */
  readonly closed: Promise<unknown>;

  private constructor(readonly socket: Socket) {
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      this.received += chunk.toString('latin1');
      for (const look of this.waiting) look();
    });
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  /** Sends a request's head, with a Host header unless it brings one. */
  head(line: string, headers: Readonly<Record<string, string>> = {}): this {
    const lines = Object.entries({ Host: 'test', ...headers }).map(
      ([name, value]) => `${name}: ${value}`,
    );
    return this.send(`${[`${line} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`);
  }

  send(bytes: string | Buffer): this {
    if (this.socket.writable) this.socket.write(bytes);
    return this;
  }

  /** Everything that came so far. */
  get text(): string {
    return this.received;
  }

  /** The next answer, once its whole body is there. Interim answers count as answers. */
  async answer(): Promise<RawAnswer> {
    const found = await new Promise<RawAnswer>((resolve, reject) => {
      const look = (): void => {
        try {
          const answer = this.takeAnswer();
          if (!answer) return;
          resolve(answer);
        } catch (error) {
          // An answer whose JSON is broken.
          reject(error instanceof Error ? error : new Error(String(error)));
        }
        this.waiting.delete(look);
      };
      this.waiting.add(look);
      look();
      void this.closed.then(() => reject(new Error(`Closed after: ${this.received}`)));
    });
    return found;
  }

  private takeAnswer(): RawAnswer | undefined {
    const end = this.received.indexOf('\r\n\r\n');
    if (end === -1) return undefined;
    const [line = '', ...fields] = this.received.slice(0, end).split('\r\n');
    const headers = Object.fromEntries(
      fields.map((field) => {
        const colon = field.indexOf(':');
        return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
      }),
    );
    const length = Number(headers['content-length'] ?? 0);
    const text = this.received.slice(end + 4, end + 4 + length);
    if (text.length < length) return undefined;
    this.received = this.received.slice(end + 4 + length);
    const json = (headers['content-type'] ?? '').includes('json');
    return {
      status: Number(line.split(' ')[1]),
      headers,
      body: json ? (JSON.parse(Buffer.from(text, 'latin1').toString()) as unknown) : text,
    };
  }
}
