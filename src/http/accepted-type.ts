import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type Request, type Response } from 'express';

/** Media types that a route can answer besides JSON. */
export type OtherType = 'text/csv' | 'application/x-ndjson';

/**
 * Whether the client prefers another type over JSON, by the q-values of its `Accept`. JSON is the answer for
 * everything else, also for a client that accepts neither.
 */
export const Prefers = createParamDecorator(
  (type: OtherType, context: ExecutionContext): boolean => {
    const http = context.switchToHttp();
    http.getResponse<Response>().vary('Accept');
    return http.getRequest<Request>().accepts(['application/json', type]) === type;
  },
);
