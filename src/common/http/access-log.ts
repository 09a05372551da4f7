import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Logger } from 'pino';
import { assignRequestId, pathOf } from './request-context.js';

type LoggedRequest = IncomingMessage & { originalUrl?: string; user?: { id?: string } };
type Handler = (request: LoggedRequest, response: ServerResponse, next: () => void) => void;

/**
 * One line per answered request: id, method, path, status, duration in ms and, once known, the user.
 * Headers, bodies and queries are never logged. Health probes are left out.
 */
export function accessLog(logger: Logger): Handler {
  return (request, response, next) => {
    request.id = assignRequestId(request, response);
    if (!pathOf(request).startsWith('/health/')) {
      const started = Date.now();
      // Comes once, after the answer or, when the client hangs up, instead of it.
      response.once('close', () => write(logger, request, response, Date.now() - started));
    }
    next();
  };
}

function write(
  logger: Logger,
  request: LoggedRequest,
  response: ServerResponse,
  durationMs: number,
): void {
  const failed = response.statusCode >= 500;
  const userId = request.user?.id;
  // What went wrong is in the filter's own line; here is only how it was answered.
  logger[failed ? 'error' : 'info'](
    {
      requestId: request.id,
      durationMs,
      method: request.method,
      path: pathOf(request),
      status: response.statusCode,
      ...(userId === undefined ? {} : { userId }),
    },
    failed ? 'request failed' : 'request answered',
  );
}
