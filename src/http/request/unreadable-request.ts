import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { type Socket } from 'node:net';
import { type Logger } from 'pino';
import { DomainError } from '../../kernel/errors/domain-error.js';
import { problemOf } from '../problems/problem.js';
import { pathOf } from '../../logging/request-context.js';

/** Node's internal state of the pending answer on a connection; Node reads the same for its own answers. */
type HttpSocket = Socket & {
  readonly _httpMessage?: (ServerResponse & { readonly req: IncomingMessage }) | null;
};

/**
 * Writes the problem document for a request that Node could not parse, or not in time; such a request
 * reaches no route. False if no answer is possible: the client has disconnected, or an answer was begun.
 */
export function answerUnreadable(
  error: NodeJS.ErrnoException,
  socket: HttpSocket,
  logger: Logger,
): boolean {
  const current = socket._httpMessage;
  if (error.code === 'ECONNRESET' || !socket.writable || current?.headersSent) return false;
  const problem = problemFor(error);
  const requestId = current?.req.id ?? randomUUID();
  const path = current ? pathOf(current.req) : '/';
  logger.info({ requestId, code: problem.code, status: problem.status }, 'request not readable');
  const body = JSON.stringify(problemOf(problem, path, requestId));
  socket.write(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
      'Content-Type: application/problem+json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-Id: ${requestId}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
  return true;
}

/** The same statuses as Node's own. Source: node:http, socketOnError. */
function problemFor(error: NodeJS.ErrnoException): DomainError {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new DomainError(
        'HEADERS_TOO_LARGE',
        431,
        'The request line and headers are too large.',
      );
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new DomainError('BODY_TOO_LARGE', 413, 'The chunk extensions are too large.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new DomainError('REQUEST_TIMEOUT', 408, 'The request did not arrive in time.');
    default:
      return new DomainError('HTTP_MALFORMED', 400, 'The request is not valid HTTP.');
  }
}
