import { type NextFunction, type Request, type Response } from 'express';
import { DomainError } from '../../kernel/errors/domain-error.js';
import { sendProblem } from '../problems/problem.filter.js';

/**
 * Refuses, with a problem document, what Node would refuse without one: a request of HTTP/1.1 without a
 * `Host` header (400), and an `Expect` header that asks for anything but `100-continue` (417).
 */
export function checkRequestHead(request: Request, response: Response, next: NextFunction): void {
  const { host, expect } = request.headers;
  if (host === undefined && request.httpVersion === '1.1') {
    const detail = 'The request has no Host header, which HTTP/1.1 requires.';
    sendProblem(new DomainError('HTTP_MALFORMED', 400, detail), request, response);
  } else if (expect !== undefined && !/(?:^|\W)100-continue(?:$|\W)/i.test(expect)) {
    const detail = 'The only expectation that is met is 100-continue.';
    sendProblem(new DomainError('EXPECTATION_FAILED', 417, detail), request, response);
  } else {
    next();
  }
}
