import { type IncomingMessage, type ServerResponse } from 'node:http';
import { isNativeError } from 'node:util/types';
import { type Logger } from 'pino';
import { type DomainError } from '../kernel/errors/domain-error.js';
import { REQUESTS } from '../kernel/observation/operations.js';
import { inActiveTrace } from '../kernel/observation/trace-context.js';
import { assignRequestId, pathOf } from './request-context.js';

type LoggedRequest = IncomingMessage & {
  originalUrl?: string;
  user?: { id?: string };
  /** Set by Express when a route matched: its pattern, and its decoded parameters. */
  route?: { path?: unknown };
  params?: Record<string, unknown>;
};
/** Why a request was refused or failed. */
const PROBLEM = Symbol('PROBLEM');
/** Why the server ended a stream. */
const STREAM_END = Symbol('STREAM_END');
type LoggedResponse = ServerResponse & { [PROBLEM]?: DomainError; [STREAM_END]?: string };
type Handler = (request: LoggedRequest, response: LoggedResponse, next: () => void) => void;

/** Which requests are logged and observed. */
export interface AccessLogOptions {
  /** Paths that begin so are logged only where they fail; `/health/` unless given. */
  readonly quiet?: string;
  /** Whether they are requests to the application, which metrics count and traces follow; true unless given. */
  readonly observed?: boolean;
}

/**
 * One line per request: id, method, path, route, status, duration in ms and, once known, the user; of a
 * refused one the code, of a failed one the code and the error. If the client disconnected, it is logged as
 * aborted, without a status. Headers, bodies and queries are never logged. Successful health probes are not
 * logged.
 */
export function accessLog(
  logger: Logger,
  { quiet = '/health/', observed = true }: AccessLogOptions = {},
): Handler {
  return (request, response, next) => {
    request.id = assignRequestId(request, response);
    const isQuiet = pathOf(request).startsWith(quiet);
    const started = Date.now();
    const close = (): void => {
      if (isQuiet && response[PROBLEM] === undefined) return;
      write(logger, request, response, Date.now() - started);
    };
    const handle = (): void => {
      // Emitted once: after the answer, or when the client disconnects.
      response.once('close', inActiveTrace(close));
      next();
    };
    if (observed) REQUESTS.run({ request, response }, handle);
    else handle();
  };
}

/** Adds to the log line of a request why it was refused or failed. */
export function noteProblem(response: LoggedResponse, error: DomainError): void {
  response[PROBLEM] = error;
}

/** Why a request was refused or failed; undefined if it was not. */
export function problemIn(response: LoggedResponse): DomainError | undefined {
  return response[PROBLEM];
}

/** Adds to the log line of a stream, which is written at its end, why the server ended it. */
export function noteStreamEnd(response: LoggedResponse, why: string): void {
  response[STREAM_END] = why;
}

/**
 * The level of the log line of a problem: `info` for a refused request, `error` for a failed one, `warn`
 * for one that this process refuses because it is stopping.
 */
export function levelOf({ status, options }: DomainError): 'debug' | 'info' | 'warn' | 'error' {
  if (options.logLevel) return options.logLevel;
  if (status === 503 && options.cause === undefined) return 'warn';
  return status >= 500 ? 'error' : 'info';
}

/** The fields of a log line about what is wrong: a refusal has its code and no stack. */
export function problemFields(error: DomainError): object {
  const failed = error.options.cause ?? (error.status === 500 ? error : undefined);
  const cause = error.status < 500 ? undefined : failed;
  return {
    code: error.code,
    ...error.options.extensions,
    ...(isNativeError(cause) ? { err: cause } : {}),
  };
}

function write(
  logger: Logger,
  request: LoggedRequest,
  response: LoggedResponse,
  durationMs: number,
): void {
  const { [PROBLEM]: problem, [STREAM_END]: streamEnd } = response;
  const aborted = !response.writableFinished;
  const { statusCode } = response;
  const userId = request.user?.id;
  logger[problem ? levelOf(problem) : statusCode >= 500 ? 'error' : 'info'](
    {
      requestId: request.id,
      durationMs,
      method: request.method,
      path: pathOf(request),
      ...routeOf(request),
      ...(aborted ? { aborted } : { status: statusCode }),
      ...(userId === undefined ? {} : { userId }),
      ...(streamEnd === undefined ? {} : { streamEnd }),
      ...(problem ? problemFields(problem) : {}),
    },
    aborted ? 'request aborted' : messageOf(statusCode),
  );
}

/** The pattern of the route and its decoded parameters: the path may be percent-encoded. */
function routeOf(request: LoggedRequest): object {
  const route = routePatternOf(request);
  if (route === undefined) return {};
  return route.includes(':') ? { route, params: request.params } : { route };
}

/** The pattern of the route that a request matched, such as `/api/jobs/:id`; undefined for none. */
export function routePatternOf({ route }: LoggedRequest): string | undefined {
  // Nest's handler of unmatched requests has the pattern `*path`.
  return typeof route?.path === 'string' && route.path.startsWith('/') ? route.path : undefined;
}

function messageOf(status: number): string {
  if (status >= 500) return 'request failed';
  return status >= 400 ? 'request refused' : 'request answered';
}
