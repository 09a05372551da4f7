import { RawConnection, type RawAnswer } from '../../test/support/raw-connection.js';
import { type FuzzRequest } from './fuzz-requests.js';

/** Longest wait for an answer, in ms. */
export const ANSWER_WITHIN_MS = 10_000;

/** What came back, or why nothing did. */
export type FuzzOutcome =
  | { readonly answer: RawAnswer; readonly ms: number }
  | { readonly answer: undefined; readonly reason: string };

/** Sends requests one after another, byte by byte as they are, over one connection where that lasts. */
export class FuzzLane {
  private connection: RawConnection | undefined;

  constructor(private readonly url: string) {}

  async send(request: FuzzRequest): Promise<FuzzOutcome> {
    const connection = await this.open();
    const began = performance.now();
    let timer: NodeJS.Timeout | undefined;
    try {
      connection.send(bytesOf(request));
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error('no answer in time')), ANSWER_WITHIN_MS);
      });
      let answer: RawAnswer;
      do answer = await Promise.race([connection.answer(), late]);
      while (answer.status < 200);
      // The rest of a malformed request would be read as a part of the next one.
      if (answer.headers.connection === 'close' || !isUsual(request)) this.close();
      return { answer, ms: performance.now() - began };
    } catch (error) {
      this.close();
      return { answer: undefined, reason: (error as Error).message.slice(0, 200) };
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.connection?.socket.destroy();
    this.connection = undefined;
  }

  private async open(): Promise<RawConnection> {
    if (this.connection?.socket.writable !== true) {
      this.close();
      this.connection = await RawConnection.open(this.url);
    }
    return this.connection;
  }
}

/** Whether a request is certainly read as exactly one. */
function isUsual({ headers, framing }: FuzzRequest): boolean {
  const framed = /^(content-length|transfer-encoding|connection|upgrade|expect|)$/i;
  return framing === 'length' && headers.every(([name]) => !framed.test(name));
}

function bytesOf({ method, path, headers, body, framing }: FuzzRequest): Buffer {
  const lines = [`${method} ${path} HTTP/1.1`];
  if (!headers.some(([name]) => name === 'Host')) lines.push('Host: fuzz');
  lines.push(...headers.map(([name, value]) => `${name}: ${value}`));
  if (body && framing === 'length') lines.push(`Content-Length: ${body.length}`);
  if (body && framing !== 'length') lines.push('Transfer-Encoding: chunked');
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  if (!body) return head;
  if (framing === 'length') return Buffer.concat([head, body]);
  if (framing === 'broken') return Buffer.concat([head, Buffer.from('zz\r\n'), body]);
  const chunk = body.length === 0 ? [] : [Buffer.from(`${body.length.toString(16)}\r\n`), body];
  const end = body.length === 0 ? '0\r\n\r\n' : '\r\n0\r\n\r\n';
  return Buffer.concat([head, ...chunk, Buffer.from(end)]);
}
