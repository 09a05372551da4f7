import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type Response } from 'express';

/** A signal that is aborted when the client disconnects before its answer was sent. */
export const ClientGone = createParamDecorator(
  (_: unknown, context: ExecutionContext): AbortSignal => {
    const response = context.switchToHttp().getResponse<Response>();
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
    });
    return gone.signal;
  },
);
