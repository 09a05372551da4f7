import { isUtf8 } from 'node:buffer';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import getRawBody from 'raw-body';
import { DomainError, InvalidRequestError } from '../../kernel/errors/domain-error.js';
import { closeAfterAnswer } from './connection-close.js';
import { parseJsonText } from './json-text.js';

/** Limits of a body. */
export interface BodyLimits {
  /** Largest body, in bytes, both as it is sent and uncompressed. */
  readonly bytes: number;
  /** Longest wait for the next byte, in ms. */
  readonly idleMs: number;
}

/** The encodings that are read. zstd is not: its window may take 128 MB of memory for a tiny body. */
const INFLATERS = {
  gzip: () => createGunzip(),
  deflate: () => createInflate(),
  br: () => createBrotliDecompress(),
} as const;

const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/i;

/**
 * Reads and parses a JSON body with no more levels and values than MAX_LEVELS and MAX_VALUES. It stops
 * reading at the limit, while express.json() would read the whole request before it answers. Throws 400 for
 * what is not JSON in UTF-8 and for a number that loses digits, 408 when the client stops sending, 413 past the limit, 415 for an encoding
 * that is not read.
 */
export async function readJsonBody(
  request: IncomingMessage,
  response: ServerResponse,
  limits: BodyLimits,
): Promise<unknown> {
  const charset = CHARSET.exec(request.headers['content-type'] ?? '')?.[1]?.toLowerCase();
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') throw notReadable();
  const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (encoding !== 'identity' && !Object.hasOwn(INFLATERS, encoding)) throw notReadable();
  if (Number(request.headers['content-length']) > limits.bytes) throw tooLarge(limits.bytes);

  // Sent here and not by Node, so that a client with `Expect: 100-continue` never sends a body that is
  // refused.
  if (request.headers.expect !== undefined) response.writeContinue();
  const bytes = await receive(
    request,
    encoding as keyof typeof INFLATERS | 'identity',
    limits,
  ).catch((error: unknown) => {
    if (!request.complete) closeAfterAnswer(request, response);
    throw error;
  });
  // Otherwise the decoder would replace a wrong byte, and text that nobody sent would be stored.
  if (!isUtf8(bytes)) throw notJson('The request body is not valid UTF-8.');
  if (bytes.length === 0) return {};
  try {
    return parseJsonText(bytes);
  } catch (error) {
    if (error instanceof SyntaxError) throw notJson('The request body is not valid JSON.');
    throw error;
  }
}

/** 400: the body is not what this API reads. */
export function notJson(detail: string): InvalidRequestError {
  return new InvalidRequestError('BODY_NOT_JSON', detail);
}

/** The uncompressed bytes of a body. */
function receive(
  request: IncomingMessage,
  encoding: keyof typeof INFLATERS | 'identity',
  { bytes, idleMs }: BodyLimits,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const inflater = encoding === 'identity' ? undefined : INFLATERS[encoding]();
    // A body that came with its headers needs no timer.
    const idle = request.complete
      ? undefined
      : setTimeout(() => end(new DomainError('REQUEST_TIMEOUT', 408, stalled(idleMs))), idleMs);
    let received = 0;
    let ended = false;
    const onData = (chunk: Buffer): void => {
      received += chunk.length;
      if (received > bytes) end(tooLarge(bytes));
      else idle?.refresh();
    };
    const onClose = (): void => {
      // raw-body listens to the inflater, which gets no event when the client disconnects.
      if (!request.complete) end(aborted());
    };
    const end = (error: Error | undefined, body?: Buffer): void => {
      if (ended) return;
      ended = true;
      clearTimeout(idle);
      request.off('data', onData).off('close', onClose);
      inflater?.on('error', () => undefined).destroy();
      if (body) {
        resolve(body);
        return;
      }
      request.unpipe();
      request.pause();
      reject(error ?? aborted());
    };
    getRawBody(inflater ? request.pipe(inflater) : request, { limit: bytes }, (error, body) => {
      if (error as unknown) {
        end(readError(error, bytes));
      } else if (!inflater || request.readableEnded) {
        end(undefined, body);
      } else {
        // Bytes after the compressed data belong to the body, and count.
        request.unpipe(inflater);
        request.once('end', () => end(undefined, body)).resume();
      }
    });
    request.on('data', onData).on('close', onClose);
  });
}

/** The errors of raw-body and zlib. Source: raw-body README, "Errors". */
function readError(error: { readonly type?: string }, limit: number): DomainError {
  switch (error.type) {
    case 'entity.too.large':
      return tooLarge(limit);
    case 'request.aborted':
      return aborted();
    default:
      return notJson('The request body is not compressed as its Content-Encoding says.');
  }
}

function tooLarge(limit: number): DomainError {
  return new DomainError(
    'BODY_TOO_LARGE',
    413,
    `The request body is larger than ${Math.floor(limit / 1024)} kB.`,
  );
}

function notReadable(): DomainError {
  return new DomainError(
    'BODY_ENCODING_UNSUPPORTED',
    415,
    'Send the body as UTF-8 JSON, plain or compressed with gzip, deflate or br.',
  );
}

function stalled(idleMs: number): string {
  return `The request body stopped: no byte of it came for ${Math.ceil(idleMs / 1000)} s.`;
}

/** The client has disconnected: nobody reads this answer. */
function aborted(): DomainError {
  return new DomainError('REQUEST_ABORTED', 400, 'The client closed the connection.', {
    logLevel: 'debug',
  });
}
