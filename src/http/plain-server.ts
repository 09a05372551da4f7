import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type accessLog, noteProblem } from '../logging/access-log.js';
import { pathOf, requestIdOf } from '../logging/request-context.js';
import { problemOf, routeNotFound, toDomainError } from './problems/problem.js';

/** The answer of a route: its body and content type. */
export interface PlainAnswer {
  readonly type: string;
  readonly body: string;
}

/** What answers GET and HEAD, by path. What it throws is answered as a problem document. */
type PlainRoutes = Readonly<Record<string, () => Promise<PlainAnswer>>>;

/**
 * A server of a few reads without the rest of the API: its problem documents and headers are those of the
 * API. Any other request is a 404.
 */
export function plainServer(routes: PlainRoutes, log: ReturnType<typeof accessLog>): Server {
  return createServer((request, response) => {
    log(request, response, () => {
      answerTo(request, routes).then(
        (answer) => send(response, 200, answer),
        (error: unknown) => sendProblem(error, request, response),
      );
    });
  });
}

/** Throws the error of the route, or a 404. */
async function answerTo(request: IncomingMessage, routes: PlainRoutes): Promise<PlainAnswer> {
  const path = pathOf(request);
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (!route || !['GET', 'HEAD'].includes(request.method ?? '')) throw routeNotFound();
  // As Express does, for the access log and the metrics.
  Object.assign(request, { route: { path } });
  return route();
}

function sendProblem(thrown: unknown, request: IncomingMessage, response: ServerResponse): void {
  const error = toDomainError(thrown);
  noteProblem(response, error);
  for (const [name, value] of Object.entries(error.options.headers ?? {})) {
    response.setHeader(name, value);
  }
  const problem = problemOf(error, pathOf(request), requestIdOf(request));
  send(response, error.status, {
    type: 'application/problem+json; charset=utf-8',
    body: JSON.stringify(problem),
  });
}

function send(response: ServerResponse, status: number, { type, body }: PlainAnswer): void {
  response.writeHead(status, { 'Content-Type': type });
  response.end(body);
}
