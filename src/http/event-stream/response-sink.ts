import { type ServerResponse } from 'node:http';
import { noteStreamEnd } from '../../logging/access-log.js';
import { type StreamEnd, type StreamSink } from './stream-sink.js';

/** How long the last bytes of a stream may take to reach the client, in ms. */
const END_WITHIN_MS = 1000;

/**
 * The head of an event stream. `no-transform` and `X-Accel-Buffering` keep proxies from compressing and
 * buffering it. Source: the WHATWG HTML standard, 9.2, and nginx, ngx_http_proxy_module.
 */
const HEAD = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
};

/**
 * Writes a stream of server-sent events to the client of a request. The connection ends with the stream: a
 * client that reconnects then does not come back on a connection to a server that stops.
 */
export class ResponseSink implements StreamSink {
  constructor(private readonly response: ServerResponse) {
    // A write that crosses the client's disconnect.
    response.on('error', () => undefined);
  }

  get closed(): boolean {
    return this.response.destroyed || this.response.writableEnded;
  }

  get waiting(): number {
    return this.response.writableLength;
  }

  open(): void {
    if (this.closed) return;
    this.response.shouldKeepAlive = false;
    this.response.writeHead(200, HEAD).flushHeaders();
  }

  write(chunk: Buffer): boolean {
    return this.closed || this.response.write(chunk);
  }

  drained(): Promise<void> {
    const { response } = this;
    if (this.closed || !response.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      const settle = (): void => {
        response.off('drain', settle).off('close', settle);
        resolve();
      };
      response.on('drain', settle).on('close', settle);
    });
  }

  end(why?: StreamEnd): void {
    if (this.closed) return;
    if (why !== undefined) noteStreamEnd(this.response, why);
    this.response.end();
    // A client that does not read would keep the connection.
    const timer = setTimeout(() => this.response.destroy(), END_WITHIN_MS).unref();
    this.response.once('close', () => clearTimeout(timer));
  }

  drop(why: StreamEnd): void {
    if (this.closed) return;
    noteStreamEnd(this.response, why);
    this.response.destroy();
  }

  onClose(listener: () => void): void {
    if (this.response.destroyed) listener();
    else this.response.once('close', listener);
  }
}
