import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type Request, type Response } from 'express';
import { type DomainError } from '../../kernel/errors/domain-error.js';
import { noteProblem } from '../../logging/access-log.js';
import { pathOf, requestIdOf } from '../../logging/request-context.js';
import { type Problem, problemOf } from './problem.js';

/** Makes the problem document of an error after the answer began, and adds it to the log line of the request. */
export type LateProblemOf = (error: DomainError) => Problem;

/** For a route that reports errors in the body of a streamed answer. */
export const LateProblem = createParamDecorator(
  (_: unknown, context: ExecutionContext): LateProblemOf => {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    return (error) => {
      noteProblem(response, error);
      return problemOf(error, pathOf(request), requestIdOf(request));
    };
  },
);
