import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type TLSSocket } from 'node:tls';
import {
  type Attributes,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { REQUESTS } from '../kernel/observation/operations.js';
import { redactText } from '../kernel/redaction/redaction.js';
import { problemIn, routePatternOf } from '../logging/access-log.js';
import { pathOf } from '../logging/request-context.js';

type IdentifiedRequest = IncomingMessage & { user?: { id?: string } };

/**
 * A server span for each request, in the trace of its `traceparent`. It ends with the response, a stream
 * included. Health probes have none. Queries, headers and bodies are never attributes.
 */
export function traceRequests(tracer: Tracer): () => void {
  return REQUESTS.observe(({ request, response }, work) => {
    if (pathOf(request).startsWith('/health/')) return work();
    const parent = propagation.extract(ROOT_CONTEXT, request.headers);
    const attributes = attributesOf(request);
    const method = request.method ?? 'HTTP';
    const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, parent);
    response.once('close', () => {
      end(span, request, response);
    });
    return context.with(trace.setSpan(parent, span), work);
  });
}

function attributesOf(request: IncomingMessage): Attributes {
  const userAgent = request.headers['user-agent'];
  return {
    'http.request.method': request.method,
    'url.path': redactText(pathOf(request)),
    'url.scheme': (request.socket as Partial<TLSSocket>).encrypted === true ? 'https' : 'http',
    'network.protocol.version': request.httpVersion,
    ...(userAgent === undefined ? {} : { 'user_agent.original': redactText(userAgent) }),
    'nba.request_id': request.id,
  };
}

function end(span: Span, request: IdentifiedRequest, response: ServerResponse): void {
  const route = routePatternOf(request);
  if (route !== undefined) {
    span.updateName(`${request.method} ${route}`);
    span.setAttribute('http.route', route);
  }
  if (request.user?.id !== undefined) span.setAttribute('user.id', request.user.id);
  // A client that went away got no status.
  if (response.writableFinished) {
    span.setAttribute('http.response.status_code', response.statusCode);
  }
  const code = problemIn(response)?.code;
  if (code !== undefined) span.setAttribute('error.type', code);
  if (response.statusCode >= 500) {
    span.setAttribute('error.type', code ?? String(response.statusCode));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}
