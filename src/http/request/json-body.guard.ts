import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  SetMetadata,
} from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { Reflector } from '@nestjs/core';
import { type Request, type Response } from 'express';
import { ENV, type Env } from '../../config/env.js';
import { notJson, readJsonBody } from './body-reader.js';
import { assertBodyShape } from './body-shape.js';
import { csvLimitOf, openCsvBody } from './csv-body.js';
import { assertNoQuery, assertQueryShape } from './query-shape.js';

/** Largest request body of a route without `@BodyLimit`, in bytes. */
export const BODY_LIMIT = 100 * 1024;
const BODY_LIMIT_KEY = Symbol('BODY_LIMIT');

/** Lets one route take a larger body; in bytes. */
export const BodyLimit = (bytes: number): MethodDecorator => SetMetadata(BODY_LIMIT_KEY, bytes);

/**
 * Reads the JSON body of a request. It is the last guard, so that a body is read only after the caller was
 * identified and counted: a client without a token gets a 401, not a 400, and its body is not parsed.
 * Answers 400 for what is not a JSON object, for a body or a query with too many parts, for broken UTF-8,
 * and for strings that PostgreSQL cannot hold; 408, 413 and 415 as readJsonBody does. The body of a route
 * with `@CsvBody` is only opened; the route reads it.
 */
@Injectable()
export class JsonBodyGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(ENV) private readonly env: Env,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    // Express parses the query at each access, and most requests have none.
    if (request.url.includes('?')) {
      assertQueryShape(request.query);
      if (!takesQuery(context)) assertNoQuery(request.query);
    }
    if (request.method === 'GET' || request.method === 'HEAD') return true;
    const csvLimit = csvLimitOf(this.reflector, context);
    if (csvLimit !== undefined) {
      const limits = { bytes: csvLimit, idleMs: this.env.http.bodyTimeoutMs };
      request.body = openCsvBody(request, http.getResponse<Response>(), limits);
      return true;
    }
    if (!hasBody(request)) {
      request.body = {};
      return true;
    }
    if (!request.is(['json', '+json'])) {
      throw notJson('Send a JSON object with the header Content-Type: application/json.');
    }
    const bytes =
      this.reflector.get<number | undefined>(BODY_LIMIT_KEY, context.getHandler()) ?? BODY_LIMIT;
    const limits = { bytes, idleMs: this.env.http.bodyTimeoutMs };
    const body = await readJsonBody(request, http.getResponse<Response>(), limits);
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      const found = Array.isArray(body) ? ', not an array' : '';
      throw notJson(`The request body must be a JSON object${found}.`);
    }
    assertBodyShape(body);
    request.body = body;
    return true;
  }
}

/** Whether the handler has a `@Query()`; the parameters of any other route are refused. */
function takesQuery(context: ExecutionContext): boolean {
  const parameters = Reflect.getMetadata(
    ROUTE_ARGS_METADATA,
    context.getClass(),
    context.getHandler().name,
  ) as Readonly<Record<string, unknown>> | undefined;
  return Object.keys(parameters ?? {}).some((key) => key.startsWith(`${RouteParamtypes.QUERY}:`));
}

function hasBody(request: Request): boolean {
  const length = request.headers['content-length'];
  return (
    request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
  );
}
