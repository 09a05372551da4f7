import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import { type Request, type Response } from 'express';
import { type Logger } from 'pino';
import { type DomainError } from '../../kernel/errors/domain-error.js';
import { LOGGER } from '../../logging/logger.js';
import { levelOf, noteProblem, problemFields } from '../../logging/access-log.js';
import { problemOf, toDomainError } from './problem.js';
import { isUnmatched, unmatched } from './unmatched-request.js';
import { pathOf, requestIdOf } from '../../logging/request-context.js';

/** Maps every error to a problem document, and adds its code to the log line of the request. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const error = isUnmatched(thrown) ? unmatched(request) : toDomainError(thrown);
    if (response.closed && error.status >= 500) {
      // The log line of the request was written when the client disconnected.
      const fields = { requestId: requestIdOf(request), ...problemFields(error) };
      this.logger[levelOf(error)](fields, 'a request failed after its client had disconnected');
    }
    sendProblem(error, request, response);
  }
}

/** Answers with the problem document of an error, unless an answer is already on its way. */
export function sendProblem(error: DomainError, request: Request, response: Response): void {
  noteProblem(response, error);
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

/**
 * The last handler: a request that no route matched, also outside the prefix, gets a problem document, too.
 */
export function answerUnknownRoute(request: Request, response: Response): void {
  sendProblem(unmatched(request), request, response);
}
