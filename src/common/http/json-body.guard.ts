import { isUtf8 } from 'node:buffer';
import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { json, type Request, type RequestHandler, type Response } from 'express';
import { DomainError, InvalidRequestError } from '../errors/domain-error.js';

/** Largest request body of a route that says nothing else, in bytes. */
export const BODY_LIMIT = 100 * 1024;
const BODY_LIMIT_KEY = Symbol('BODY_LIMIT');

/** Lets one route take a larger body; in bytes. */
export const BodyLimit = (bytes: number): MethodDecorator => SetMetadata(BODY_LIMIT_KEY, bytes);

/**
 * Reads the JSON body of a request. It is a guard, and the last one, so that a body is parsed only
 * after the caller was identified and counted: an unauthenticated client gets its 401, not a 400, and
 * costs no parsing. Answers 400 for what is no JSON object, for broken UTF-8, and for strings that
 * PostgreSQL cannot hold; 413 past the limit.
 */
@Injectable()
export class JsonBodyGuard implements CanActivate {
  private readonly parsers = new Map<number, RequestHandler>();

  constructor(private readonly reflector: Reflector) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    assertStorable(request.query, '');
    if (request.method === 'GET' || request.method === 'HEAD') return true;
    if (!hasBody(request)) {
      request.body = {};
      return true;
    }
    if (!request.is(['json', '+json'])) {
      throw notJson('Send a JSON object with the header Content-Type: application/json.');
    }
    const limit =
      this.reflector.get<number | undefined>(BODY_LIMIT_KEY, context.getHandler()) ?? BODY_LIMIT;
    await read(this.parserOf(limit), request, http.getResponse<Response>(), limit);
    const body: unknown = request.body;
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw notJson('The request body must be a JSON object.');
    }
    assertStorable(body, '');
    return true;
  }

  private parserOf(limit: number): RequestHandler {
    let parser = this.parsers.get(limit);
    if (!parser) {
      parser = json({ limit, strict: false, type: () => true, verify: assertUtf8 });
      this.parsers.set(limit, parser);
    }
    return parser;
  }
}

function hasBody(request: Request): boolean {
  const length = request.headers['content-length'];
  return (
    request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
  );
}

function notJson(detail: string): InvalidRequestError {
  return new InvalidRequestError('BODY_NOT_JSON', detail);
}

/** The decoder would put a replacement character where a byte is wrong, and store what nobody sent. */
function assertUtf8(_request: unknown, _response: unknown, raw: Buffer): void {
  if (!isUtf8(raw)) throw notJson('The request body is not valid UTF-8.');
}

function read(
  parser: RequestHandler,
  request: Request,
  response: Response,
  limit: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    parser(request, response, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(bodyError(error, limit));
    });
  });
}

/** The errors of body-parser by their type. Source: body-parser README, "Errors". */
function bodyError(error: unknown, limit: number): Error {
  const { type, cause } = error as { type?: string; cause?: unknown };
  if (error instanceof DomainError) return error;
  if (cause instanceof DomainError) return cause;
  switch (type) {
    case 'entity.too.large':
      return new DomainError(
        'BODY_TOO_LARGE',
        413,
        `The request body is larger than ${Math.floor(limit / 1024)} kB.`,
      );
    case 'entity.verify.failed':
      return notJson('The request body is not valid UTF-8.');
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new DomainError(
        'BODY_ENCODING_UNSUPPORTED',
        415,
        'Send the body as UTF-8 JSON, plain or compressed with gzip, deflate or br.',
      );
    default:
      return notJson('The request body is not valid JSON.');
  }
}

/**
 * Keys that the validation takes out of a value without a word: those that can poison prototypes, and
 * the names of every object's own methods. Source: class-transformer, TransformOperationExecutor.
 */
const LOST_KEYS = new Set(['prototype', ...Object.getOwnPropertyNames(Object.prototype)]);

/**
 * PostgreSQL holds no NUL and no lone surrogate in a text, and some keys would be lost on
 * their way: each is refused here, once, for every route.
 */
export function assertStorable(value: unknown, path: string, depth = 0): void {
  if (typeof value === 'string') {
    if (value.includes('\u0000')) throw unstorable(path, 'must not contain a NUL character');
    if (!value.isWellFormed()) throw unstorable(path, 'must not contain half a surrogate pair');
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (depth > 32) throw unstorable(path, 'is nested too deeply');
  if (Array.isArray(value)) {
    value.forEach((item, index) =>
      assertStorable(item, path ? `${path}.${index}` : String(index), depth + 1),
    );
    return;
  }
  for (const key of Object.keys(value)) {
    const at = path ? `${path}.${key}` : key;
    if (LOST_KEYS.has(key)) throw unstorable(at, 'is a key that is not allowed');
    assertStorable(key, at);
    assertStorable((value as Record<string, unknown>)[key], at, depth + 1);
  }
}

function unstorable(path: string, message: string): InvalidRequestError {
  const field = path.replaceAll('\u0000', '').toWellFormed().slice(0, 200);
  return new InvalidRequestError(
    'VALIDATION_FAILED',
    `The request is not valid: ${field} ${message}.`,
    {
      errors: [{ field, message: `${field} ${message}` }],
    },
  );
}
