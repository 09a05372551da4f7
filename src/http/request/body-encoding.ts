import { type IncomingMessage, type ServerResponse } from 'node:http';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { DomainError } from '../../kernel/errors/domain-error.js';

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

/** A stream that uncompresses a body. */
export type Inflater = ReturnType<(typeof INFLATERS)[keyof typeof INFLATERS]>;

const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/i;

/**
 * What uncompresses the body of a request; undefined if it is not compressed. Throws, before anything is
 * read, 415 for an encoding that is not read and 413 for an announced length past the limit. `what` names
 * what is expected, for example `JSON`.
 */
export function inflaterOf(
  request: IncomingMessage,
  limits: BodyLimits,
  what: string,
): (() => Inflater) | undefined {
  const charset = CHARSET.exec(request.headers['content-type'] ?? '')?.[1]?.toLowerCase();
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') throw notReadable(what);
  const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (encoding !== 'identity' && !Object.hasOwn(INFLATERS, encoding)) throw notReadable(what);
  if (Number(request.headers['content-length']) > limits.bytes) throw tooLarge(limits.bytes);
  return encoding === 'identity' ? undefined : INFLATERS[encoding as keyof typeof INFLATERS];
}

/**
 * Answers `Expect: 100-continue`. Sent here and not by Node, so that a client that waits for it never sends a
 * body that is refused.
 */
export function letSend(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.expect !== undefined) response.writeContinue();
}

/** What is wrong with a body that can't be uncompressed. */
export const NOT_COMPRESSED = 'The request body is not compressed as its Content-Encoding says.';

/** 413: the body is past its limit. */
export function tooLarge(limit: number): DomainError {
  return new DomainError(
    'BODY_TOO_LARGE',
    413,
    `The request body is larger than ${Math.floor(limit / 1024)} kB.`,
  );
}

/** 408: the client stopped sending. */
export function stalled(idleMs: number): DomainError {
  const seconds = Math.ceil(idleMs / 1000);
  const detail = `The request body stopped: no byte of it came for ${seconds} s.`;
  return new DomainError('REQUEST_TIMEOUT', 408, detail);
}

/** The client has disconnected: nobody reads this answer. */
export function aborted(): DomainError {
  return new DomainError('REQUEST_ABORTED', 400, 'The client closed the connection.', {
    logLevel: 'debug',
  });
}

function notReadable(what: string): DomainError {
  return new DomainError(
    'BODY_ENCODING_UNSUPPORTED',
    415,
    `Send the body as UTF-8 ${what}, plain or compressed with gzip, deflate or br.`,
  );
}
