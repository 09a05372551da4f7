import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { Problem } from './problem.js';

const MEANING: Readonly<Record<number, string>> = {
  400: 'The request is not valid; `errors` names the wrong fields.',
  401: 'No token, or an expired or invalid one.',
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

/** Headers of every answer of a route that is rate limited. */
export const RATE_LIMIT_HEADERS = {
  'RateLimit-Limit': { description: 'Requests a minute.', schema: { type: 'integer' as const } },
  'RateLimit-Remaining': {
    description: 'Requests left in this window.',
    schema: { type: 'integer' as const },
  },
  'RateLimit-Reset': {
    description: 'Seconds until the window ends.',
    schema: { type: 'integer' as const },
  },
};

/** Headers of every 429. */
export const TOO_MANY_HEADERS = {
  ...RATE_LIMIT_HEADERS,
  'Retry-After': { description: 'Seconds.', schema: { type: 'integer' as const } },
};

/**
 * Documents the error answers of a route. 400, 401, 408, 413, 415, 429, 500 and 503 are added to the
 * routes that may give them by themselves.
 */
export function ApiProblems(...statuses: number[]): MethodDecorator & ClassDecorator {
  return applyDecorators(...statuses.map((status) => problemResponse(status)));
}

function problemResponse(status: number): MethodDecorator & ClassDecorator {
  return ApiResponse({
    status,
    description: MEANING[status] ?? 'The request failed.',
    type: Problem,
    ...(status === 429 ? { headers: TOO_MANY_HEADERS } : {}),
  });
}

/** Description of a status, unless a route has its own. */
export function problemMeaning(status: number): string {
  return MEANING[status] ?? 'The request failed.';
}
