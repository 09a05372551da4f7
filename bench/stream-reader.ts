import { get, type IncomingMessage } from 'node:http';

/** Holds a stream of the live feed open, and looks for one text in it at a time. */
export class StreamReader {
  private tail = '';
  private waiting: { readonly note: string; readonly seen: () => void } | undefined;

  private constructor(private readonly answer: IncomingMessage) {
    answer.on('data', (chunk: Buffer) => this.take(chunk));
    answer.on('error', () => undefined);
  }

  /** Opens a stream, and resolves once it has begun. */
  static async open(url: string, token: string): Promise<StreamReader> {
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await new Promise<IncomingMessage>((begun, failed) => {
      get(`${url}/api/events/stream`, { agent: false, headers }, begun).once('error', failed);
    });
    if (answer.statusCode !== 200) throw new Error(`A stream answers ${answer.statusCode}.`);
    const reader = new StreamReader(answer);
    await reader.until('event: ready');
    return reader;
  }

  /** Resolves when the text came. */
  until(note: string): Promise<void> {
    return new Promise((seen) => {
      this.waiting = { note, seen };
      this.take(Buffer.alloc(0));
    });
  }

  close(): void {
    this.answer.destroy();
  }

  private take(chunk: Buffer): void {
    const text = this.tail + chunk.toString('latin1');
    this.tail = text.slice(-2000);
    if (this.waiting === undefined || !text.includes(this.waiting.note)) return;
    this.waiting.seen();
    this.waiting = undefined;
  }
}
