import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { redactText } from '../kernel/redaction/redaction.js';

declare module 'node:http' {
  interface IncomingMessage {
    /** Assigned by the access log to every request, before any other middleware. */
    id: string;
  }
}

const ACCEPTED_ID = /^[A-Za-z0-9._-]{1,128}$/;

/**
 * Keeps a well-formed incoming `X-Request-Id`, else makes one, and answers with it. One that looks like a
 * secret is replaced, because the id is in logs and events.
 */
export function assignRequestId(request: IncomingMessage, response: ServerResponse): string {
  const incoming = request.headers['x-request-id'];
  const kept =
    typeof incoming === 'string' && ACCEPTED_ID.test(incoming) && redactText(incoming) === incoming;
  const id = kept ? incoming : randomUUID();
  response.setHeader('X-Request-Id', id);
  return id;
}

/**
 * The path of a request without its query, which may hold secrets. It is not cut, because redaction comes
 * before cutting: half of a secret is not recognized.
 */
export function pathOf(request: IncomingMessage & { originalUrl?: string }): string {
  const url = request.originalUrl ?? request.url ?? '/';
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

/** The id that was assigned to a request: in its log lines, events and problem document. */
export function requestIdOf(request: IncomingMessage): string {
  return request.id;
}
