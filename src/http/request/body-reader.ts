import { isUtf8 } from 'node:buffer';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import getRawBody from 'raw-body';
import { type DomainError, InvalidRequestError } from '../../kernel/errors/domain-error.js';
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
import { parseJsonText } from './json-text.js';

/**
 * Reads and parses a JSON body with no more levels and values than MAX_LEVELS and MAX_VALUES. It stops
 * reading at the limit, while express.json() would read the whole request before it answers. Throws 400 for
 * what is not JSON in UTF-8 and for a number that loses digits, 408 when the client stops sending, 413 past
 * the limit, 415 for an encoding that is not read.
 */
export async function readJsonBody(
  request: IncomingMessage,
  response: ServerResponse,
  limits: BodyLimits,
): Promise<unknown> {
  const inflate = inflaterOf(request, limits, 'JSON');
  letSend(request, response);
  const bytes = await receive(request, inflate?.(), limits).catch((error: unknown) => {
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
  inflater: Inflater | undefined,
  { bytes, idleMs }: BodyLimits,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // A body that came with its headers needs no timer.
    const idle = request.complete ? undefined : setTimeout(() => end(stalled(idleMs)), idleMs);
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
      return notJson(NOT_COMPRESSED);
  }
}
