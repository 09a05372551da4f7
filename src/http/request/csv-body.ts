import { type ExecutionContext, SetMetadata } from '@nestjs/common';
import { type Reflector } from '@nestjs/core';
import { type Request, type Response } from 'express';
import { DomainError } from '../../kernel/errors/domain-error.js';
import { openBody } from './body-stream.js';

const CSV_BODY = Symbol('CSV_BODY');

/** Makes a route take CSV of up to so many bytes as its `@Body()`: chunks, read while they arrive. */
export const CsvBody = (bytes: number): MethodDecorator => SetMetadata(CSV_BODY, bytes);

/** The limit of a route that takes CSV; undefined for any other route. */
export function csvLimitOf(reflector: Reflector, context: ExecutionContext): number | undefined {
  return reflector.get<number | undefined>(CSV_BODY, context.getHandler());
}

/** The body of a request as a file in CSV. Throws a 415 for another type. */
export function openCsvBody(
  request: Request,
  response: Response,
  limits: { readonly bytes: number; readonly idleMs: number },
): AsyncGenerator<Buffer> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'text/csv') {
    throw new DomainError(
      'BODY_TYPE_UNSUPPORTED',
      415,
      'Send the file with the header Content-Type: text/csv.',
    );
  }
  return openBody(request, response, limits, 'CSV');
}
