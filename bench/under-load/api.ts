import { type Agent, type IncomingHttpHeaders, request } from 'node:http';

/** The result of a request: an answer, or the reason why there was none. */
export interface Reply {
  /** Undefined without an answer. */
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON; an empty object where there is none. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Such as ECONNREFUSED, or NO_ANSWER after the longest wait. */
  readonly failure: string | undefined;
  readonly ms: number;
}

/** How requests are sent. */
export interface ApiOptions {
  readonly token: string;
  readonly agent?: Agent;
  /** Longest wait for the whole answer, in ms. */
  readonly limitMs: number;
}

/** A client of the HTTP API on a loopback port. It never throws: every outcome is a Reply. */
export class Api {
  constructor(
    private readonly port: number,
    private readonly options: ApiOptions,
  ) {}

  send(
    method: string,
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    const { token, agent, limitMs } = this.options;
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const began = performance.now();
    return new Promise((resolve) => {
      const end = (part: Pick<Reply, 'status' | 'failure'> & Partial<Reply>): void => {
        clearTimeout(timer);
        resolve({ headers: {}, body: {}, ...part, ms: performance.now() - began });
      };
      const fail = (error: NodeJS.ErrnoException): void =>
        end({ status: undefined, failure: error.code ?? error.message });
      const outgoing = request(
        {
          host: '127.0.0.1',
          port: this.port,
          method,
          path,
          agent: agent ?? false,
          headers: {
            Authorization: `Bearer ${token}`,
            ...(sent === undefined
              ? {}
              : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(sent) }),
            ...headers,
          },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', fail);
          incoming.on('end', () => {
            const { statusCode: status, headers: received } = incoming;
            end({ status, failure: undefined, headers: received, body: parsed(chunks) });
          });
        },
      );
      const timer = setTimeout(
        () => outgoing.destroy(Object.assign(new Error(), { code: 'NO_ANSWER' })),
        limitMs,
      );
      outgoing.on('error', fail);
      outgoing.end(sent);
    });
  }
}

/** True for success answers. */
export function isDone({ status }: Reply): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

function parsed(chunks: readonly Buffer[]): Reply['body'] {
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as Reply['body'];
  } catch {
    return {};
  }
}
