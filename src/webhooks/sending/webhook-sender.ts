import { setMaxListeners } from 'node:events';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Agent, type Dispatcher, request } from 'undici';
import { ENV, type Env } from '../../config/env.js';
import { activeTrace } from '../../kernel/observation/trace-context.js';
import { redactAnswer, redactText } from '../../kernel/redaction/redaction.js';
import {
  type EndpointSecrets,
  secretsOf,
  type SendableEndpoint,
} from '../model/sendable-endpoint.js';
import { SecretBox } from '../model/secret-box.js';
import { EgressGuard } from './egress-guard.js';
import { OwnSecrets } from './own-secrets.js';
import { guardedConnector, HOST_RESOLVER, type HostResolver } from './guarded-connector.js';
import { HostLookups } from './host-lookups.js';
import { retryAfterMs } from './retry-after.js';
import { signatureHeaders } from './signature.js';
import {
  codeOfFailure,
  messageOfFailure,
  type TryErrorCode,
  type TryResult,
} from './try-result.js';

/** What a try sends. */
export interface WebhookMessage {
  /** The header `webhook-id`: the same in every try. */
  readonly id: string;
  /** The exact text that is signed and sent. */
  readonly body: string;
  /** The time that is signed. */
  readonly now: Date;
}

/** How much of an answer is kept, in bytes. A little more is read, then its connection is closed. */
const ANSWER_BYTES = 4096;
/** How long an idle connection stays open, in ms. */
const KEEP_ALIVE_MS = 10_000;

/** Sends webhooks: one signed HTTP request each, to where the egress guard allows. */
@Injectable()
export class WebhookSender implements OnApplicationShutdown {
  /** Our own: undici's global one may be set to a proxy by the environment. */
  private readonly agent: Agent;
  private readonly timeoutMs: number;

  constructor(
    private readonly box: SecretBox,
    guard: EgressGuard,
    @Inject(HOST_RESOLVER) resolve: HostResolver,
    @Inject(ENV) { webhooks: { timeoutMs, concurrency } }: Env,
  ) {
    this.timeoutMs = timeoutMs;
    this.agent = new Agent({
      connect: guardedConnector(guard, new HostLookups(resolve, timeoutMs).lookUp, timeoutMs),
      // As many as there are tries: none waits for the silent paths of its host.
      connections: concurrency,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
  }

  /** After every try of the dispatcher has ended: that is stopped when modules are destroyed. */
  async onApplicationShutdown(): Promise<void> {
    await this.agent.destroy();
  }

  /**
   * One HTTP try of the exact bytes, of at most WEBHOOK_TIMEOUT_MS in all. Never rejects: whatever goes wrong
   * is in the result. An answer 2xx delivers, any other fails. Holds no database connection.
   */
  async send(
    endpoint: SendableEndpoint,
    message: WebhookMessage,
    signal: AbortSignal,
  ): Promise<TryResult> {
    const started = performance.now();
    const outcome = await this.attempt(endpoint, message, signal).catch(failure);
    return { ...outcome, durationMs: Math.round(performance.now() - started) };
  }

  private async attempt(
    endpoint: SendableEndpoint,
    message: WebhookMessage,
    signal: AbortSignal,
  ): Promise<Outcome> {
    let secrets: EndpointSecrets;
    try {
      secrets = secretsOf(endpoint, this.box, message.now);
    } catch (error) {
      return failed('SECRET_UNREADABLE', messageOfFailure(error));
    }
    const own = new OwnSecrets(secrets);
    const abort = new AbortController();
    const stop = (): void => abort.abort();
    const timer = setTimeout(stop, this.timeoutMs);
    // One signal may stop all tries of a process: that many listeners are no leak.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', stop);
    try {
      if (signal.aborted) stop();
      return await this.exchange(endpoint.url, message, secrets, own, abort.signal);
    } catch (error) {
      if (!abort.signal.aborted) {
        return failed(codeOfFailure(error), own.redact(messageOfFailure(error)));
      }
      if (signal.aborted) return failed('ABORTED', 'The server stopped before the end of the try.');
      return failed('TIMED_OUT', `There was no answer within ${this.timeoutMs} ms.`);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  }

  private async exchange(
    url: string,
    message: WebhookMessage,
    { signing, headers: added }: EndpointSecrets,
    own: OwnSecrets,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { statusCode, headers, body } = await request(url, {
      dispatcher: this.agent,
      method: 'POST',
      headers: {
        ...traceHeader(),
        // One that an endpoint sets itself stays.
        ...added,
        'content-type': 'application/json',
        'user-agent': 'next-best-actions',
        ...signatureHeaders(message, signing),
      },
      body: message.body,
      signal,
    });
    const answer = await beginningOf(body, own);
    const after = headers['retry-after'];
    return {
      status: statusCode,
      ...failureOfStatus(statusCode),
      answer: redactAnswer(answer),
      retryAfterMs: retryAfterMs(Array.isArray(after) ? after[0] : after, new Date()),
    };
  }
}

/** Lets the receiver continue the trace of the try; none while traces are off. Source: W3C Trace Context. */
function traceHeader(): { readonly traceparent?: string } {
  const traceparent = activeTrace();
  return traceparent === undefined ? {} : { traceparent };
}

type Outcome = Omit<TryResult, 'durationMs'>;

/** Why a status is a failure; both null for a success. */
function failureOfStatus(status: number): Pick<TryResult, 'errorCode' | 'error'> {
  if (status >= 200 && status < 300) return { errorCode: null, error: null };
  if (status >= 300 && status < 400) {
    return {
      errorCode: 'REDIRECTED',
      error: `The endpoint answered ${status}; redirects are not followed.`,
    };
  }
  return { errorCode: 'HTTP_STATUS', error: `The endpoint answered ${status}.` };
}

function failure(error: unknown): Outcome {
  return failed(codeOfFailure(error), messageOfFailure(error));
}

function failed(errorCode: TryErrorCode, error: string): Outcome {
  return { status: null, errorCode, error: redactText(error), answer: null, retryAfterMs: null };
}

/**
 * The first bytes of an answer as text, without what is secret of the endpoint. What comes after them is not
 * read, but as much as a value that begins in them may take; an answer that breaks off, or is too slow, ends
 * there: its status counts.
 */
async function beginningOf(
  body: Dispatcher.ResponseData['body'],
  own: OwnSecrets,
): Promise<string> {
  const most = ANSWER_BYTES + own.longest;
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= most) break;
    }
  } catch {
    // See above.
  }
  const read = Buffer.concat(chunks).subarray(0, most);
  const kept = read.subarray(0, ANSWER_BYTES).toString('utf8').length;
  return own.redact(read.toString('utf8'), kept);
}
