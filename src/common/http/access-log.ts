import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Logger } from 'pino';
import { type HttpLogger, type Options, pinoHttp } from 'pino-http';
import { assignRequestId, pathOf } from './request-context.js';

type LoggedRequest = IncomingMessage & { originalUrl?: string; user?: { id?: string } };

/**
 * One line per answered request: id, method, path, status, duration in ms and, once known, the user.
 * Headers, bodies and queries are never logged. Health probes are left out.
 */
export function accessLog(logger: Logger): HttpLogger {
  const options: Options = {
    logger,
    genReqId: assignRequestId,
    quietReqLogger: true,
    quietResLogger: true,
    autoLogging: { ignore: (request) => pathOf(request).startsWith('/health/') },
    customLogLevel: (_request, response) => (response.statusCode >= 500 ? 'error' : 'info'),
    customSuccessMessage: () => 'request answered',
    customErrorMessage: () => 'request failed',
    customAttributeKeys: { reqId: 'requestId', responseTime: 'durationMs' },
    customSuccessObject: (request: LoggedRequest, response, line: object) => ({
      ...line,
      ...summary(request, response),
    }),
    // What went wrong is in the filter's own line; here is only that and how it was answered.
    customErrorObject: (request: LoggedRequest, response, _error, line: object) => ({
      ...line,
      err: undefined,
      ...summary(request, response),
    }),
    serializers: { req: () => undefined, res: () => undefined },
  };
  return pinoHttp(options);
}

function summary(request: LoggedRequest, response: ServerResponse): Record<string, unknown> {
  return {
    method: request.method,
    path: pathOf(request),
    status: response.statusCode,
    ...(request.user?.id ? { userId: request.user.id } : {}),
  };
}
