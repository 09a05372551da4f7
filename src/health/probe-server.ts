import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Logger } from 'pino';
import { accessLog, noteProblem } from '../logging/access-log.js';
import { problemOf, routeNotFound, toDomainError } from '../http/problems/problem.js';
import { pathOf, requestIdOf } from '../logging/request-context.js';
import { type HealthAnswer } from './health.controller.js';
import { type Readiness } from './readiness.js';

/**
 * The two health probes without the rest of the API, for a standalone worker: the bodies, headers and log
 * lines are those of the server. Any other request is a 404.
 */
export function probeServer(readiness: Pick<Readiness, 'check'>, logger: Logger): Server {
  const log = accessLog(logger);
  return createServer((request, response) => {
    log(request, response, () => {
      probe(request, readiness).then(
        (answer) => send(response, 200, 'application/json', answer),
        (error: unknown) => sendProblem(error, request, response),
      );
    });
  });
}

/** Throws the error of the probe, or a 404. */
async function probe(
  request: IncomingMessage,
  readiness: Pick<Readiness, 'check'>,
): Promise<HealthAnswer> {
  const path = pathOf(request);
  const known = path === '/health/live' || path === '/health/ready';
  if (!known || !['GET', 'HEAD'].includes(request.method ?? '')) throw routeNotFound();
  if (path === '/health/ready') await readiness.check();
  return { status: 'ok' };
}

function sendProblem(thrown: unknown, request: IncomingMessage, response: ServerResponse): void {
  const error = toDomainError(thrown);
  noteProblem(response, error);
  for (const [name, value] of Object.entries(error.options.headers ?? {})) {
    response.setHeader(name, value);
  }
  const problem = problemOf(error, pathOf(request), requestIdOf(request));
  send(response, error.status, 'application/problem+json', problem);
}

function send(response: ServerResponse, status: number, type: string, body: object): void {
  response.writeHead(status, { 'Content-Type': `${type}; charset=utf-8` });
  response.end(JSON.stringify(body));
}
