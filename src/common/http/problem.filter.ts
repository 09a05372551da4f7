import { isNativeError } from 'node:util/types';
import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import { type Request, type Response } from 'express';
import { type Logger } from 'pino';
import { type DomainError } from '../errors/domain-error.js';
import { LOGGER } from '../logging/logger.js';
import { redactError } from '../logging/redaction.js';
import { problemOf, routeNotFound, toDomainError } from './problem.js';
import { pathOf, requestIdOf } from './request-context.js';

/** The one place where an error becomes HTTP: problem+json out, a log line for the operators. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request & { user?: { id?: string } }>();
    const response = http.getResponse<Response>();
    const error = toDomainError(thrown);

    const level = error.options.logLevel ?? (error.status >= 500 ? 'error' : 'info');
    const cause = error.options.cause ?? (error.status >= 500 ? error : undefined);
    this.logger[level](
      {
        requestId: requestIdOf(request),
        userId: request.user?.id,
        code: error.code,
        status: error.status,
        ...error.options.extensions,
        ...(isNativeError(cause) ? { err: redactError(cause) } : {}),
      },
      'request refused',
    );

    sendProblem(error, request, response);
  }
}

/** Answers with the problem document of an error, unless an answer is already on its way. */
export function sendProblem(error: DomainError, request: Request, response: Response): void {
  if (response.headersSent) {
    response.end();
    return;
  }
  for (const [name, value] of Object.entries(error.options.headers ?? {})) {
    response.setHeader(name, value);
  }
  response
    .status(error.status)
    .type('application/problem+json')
    .send(JSON.stringify(problemOf(error, pathOf(request), requestIdOf(request))));
}

/** The last handler: what no route of ours took, also outside the prefix, is a problem document, too. */
export function answerUnknownRoute(request: Request, response: Response): void {
  sendProblem(routeNotFound(), request, response);
}
