import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Readable } from 'node:stream';
import { InvalidRequestError } from '../../kernel/errors/domain-error.js';
import {
  aborted,
  type BodyLimits,
  type Inflater,
  inflaterOf,
  letSend,
  NOT_COMPRESSED,
  stalled,
  tooLarge,
} from './body-encoding.js';
import { closeAfterAnswer } from './connection-close.js';

/**
 * Opens a body that is processed while it arrives: the uncompressed bytes, chunk by chunk. Nothing is read
 * before the first chunk is asked for, and no more than the streams buffer ahead of the reader. Throws 415
 * and 413 at once; while it is read: 400 for broken compression and a client that disconnects, 408 when the
 * client stops sending, 413 past the limit. `what` names what is expected, for example `CSV`.
 */
export function openBody(
  request: IncomingMessage,
  response: ServerResponse,
  limits: BodyLimits,
  what: string,
): AsyncGenerator<Buffer> {
  const inflate = inflaterOf(request, limits, what);
  return chunksOf(request, response, limits, inflate);
}

async function* chunksOf(
  request: IncomingMessage,
  response: ServerResponse,
  limits: BodyLimits,
  inflate: (() => Inflater) | undefined,
): AsyncGenerator<Buffer> {
  letSend(request, response);
  const inflater = inflate?.();
  try {
    if (!inflater) {
      yield* read(request, request, limits);
      return;
    }
    yield* read(request.pipe(inflater), request, limits);
    request.unpipe(inflater);
    // Bytes after the compressed data belong to the body, and count.
    const rest = read(request, request, limits);
    while (!(await rest.next()).done);
  } finally {
    if (inflater) {
      request.unpipe(inflater);
      inflater.on('error', () => undefined).destroy();
    }
    if (!request.complete) closeAfterAnswer(request, response);
  }
}

async function* read(
  source: Readable,
  request: IncomingMessage,
  { bytes, idleMs }: BodyLimits,
): AsyncGenerator<Buffer> {
  let received = 0;
  for (;;) {
    const chunk = source.read() as Buffer | null;
    if (chunk !== null) {
      received += chunk.length;
      if (received > bytes) throw tooLarge(bytes);
      yield chunk;
    } else if (source.readableEnded) {
      return;
    } else {
      await more(source, request, idleMs);
    }
  }
}

/** Resolves when the source has more bytes or has ended. */
function more(source: Readable, request: IncomingMessage, idleMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (error?: Error): void => {
      clearTimeout(idle);
      source.off('readable', onMore).off('end', onMore).off('error', onError);
      request.off('close', onClose);
      if (error) reject(error);
      else resolve();
    };
    const onMore = (): void => end();
    const onError = (): void =>
      end(request.destroyed && !request.complete ? aborted() : notCompressed());
    const onClose = (): void => {
      if (!request.complete) end(aborted());
    };
    const idle = setTimeout(() => end(stalled(idleMs)), idleMs);
    source.on('readable', onMore).on('end', onMore).on('error', onError);
    request.on('close', onClose);
    // It may have ended while nobody listened.
    if (source.errored) onError();
    else if (request.closed) onClose();
  });
}

function notCompressed(): InvalidRequestError {
  return new InvalidRequestError('BODY_NOT_READABLE', NOT_COMPRESSED);
}
