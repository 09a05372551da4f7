import { applyDecorators } from '@nestjs/common';
import { ApiResponse, type ApiResponseOptions } from '@nestjs/swagger';
import {
  ERROR_CODES,
  type KnownErrorCode,
  type ErrorCodeMeaning,
} from '../../kernel/errors/error-codes.js';
import { type ErrorCode, type ErrorStatus } from '../../kernel/errors/domain-error.js';
import { Problem } from './problem.js';

/** Meaning of a status, where a route does not name its codes. */
const MEANING: Readonly<Record<number, string>> = {
  400: 'The request is not valid; `errors` names the wrong fields.',
  401: 'No token, or an expired or invalid one.',
  403: 'The caller may see this, but not do it.',
  404: 'Not found.',
  408: 'The request did not arrive in time.',
  409: 'The current state does not allow this.',
  413: 'The request body is too large.',
  415: 'The request body is in an encoding that is not read.',
  422: 'The `Idempotency-Key` was used before with another request.',
  429: 'Too many requests; `Retry-After` says when to come back, in seconds.',
  500: 'Something failed on our side; `requestId` finds it in the logs.',
  503: 'The database is away or busy; `Retry-After` says when to come back, in seconds.',
};

/** Statuses that every route may answer, next to those that it names. */
const ON_EVERY_ROUTE: ReadonlySet<number> = new Set([400, 500, 503]);

const INTEGER = { type: 'integer' as const };

/** Headers of every answer of a route that is rate limited. */
export const RATE_LIMIT_HEADERS = {
  'RateLimit-Limit': { description: 'Requests a minute.', schema: INTEGER },
  'RateLimit-Remaining': { description: 'Requests left in this window.', schema: INTEGER },
  'RateLimit-Reset': { description: 'Seconds until the window ends.', schema: INTEGER },
};

const RETRY_AFTER = { 'Retry-After': { description: 'Seconds.', schema: INTEGER } };

const HEADERS: Readonly<Record<number, object>> = {
  401: {
    'WWW-Authenticate': {
      description: 'The scheme of the token, `Bearer`.',
      schema: { type: 'string' },
    },
  },
  429: { ...RATE_LIMIT_HEADERS, ...RETRY_AFTER },
  503: RETRY_AFTER,
};

/** Member of a response under which its codes wait until the document is completed. */
export const PROBLEM_CODES = 'x-problem-codes';

/** Codes of an error response, with what each means. */
export type ProblemCodes = Record<ErrorCode, ProblemMeaning>;
export type ProblemMeaning = Pick<ErrorCodeMeaning, 'status' | 'when'>;

/**
 * Documents the error answers of a route: by their codes, or by a status whose codes every route shares.
 * 400, 401, 408, 413, 415, 429, 500 and 503 are added to the routes that may give them by themselves.
 */
export function ApiProblems(
  ...problems: (ErrorStatus | KnownErrorCode)[]
): MethodDecorator & ClassDecorator {
  const codes = problems.filter((problem) => typeof problem === 'string');
  const statuses = problems.map((problem) =>
    typeof problem === 'string' ? ERROR_CODES[problem].status : problem,
  );
  return applyDecorators(
    ...[...new Set(statuses)].map((status) => {
      const own = codes.filter((code) => ERROR_CODES[code].status === status);
      const meanings = Object.fromEntries(own.map((code) => [code, ERROR_CODES[code]]));
      return ApiResponse({
        status,
        ...problemHead(status, meanings),
        type: Problem,
        [PROBLEM_CODES]: meanings,
      } as ApiResponseOptions);
    }),
  );
}

/** Description and headers of an error response, with the codes that its route names. */
export function problemHead(
  status: number,
  codes: ProblemCodes = {},
): { description: string; headers?: object } {
  const named = Object.values(codes).map(({ when }) => when);
  const general = MEANING[status] ?? 'The request failed.';
  const sentences = named.length === 0 || ON_EVERY_ROUTE.has(status) ? [general, ...named] : named;
  const headers = HEADERS[status];
  return { description: sentences.join(' '), ...(headers ? { headers } : {}) };
}
