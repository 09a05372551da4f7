import {
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { sqlStateOf } from '../kernel/errors/database-failure.js';
import { COMMITTED_EVENTS, DATABASE_TRIPS } from '../kernel/observation/operations.js';
import { inSpan } from './traced-work.js';

/** Longest summary, in characters. Source: OpenTelemetry semantic conventions for databases. */
const SUMMARY_MAX = 255;

/**
 * A client span for each round trip to PostgreSQL that belongs to a trace; the polls of the queues belong to
 * none. Its attributes name the statements: their text, their values and the message of an error, which may
 * hold a value, are left out.
 */
export function traceDatabase(tracer: Tracer): () => void {
  return DATABASE_TRIPS.observe((facts, work) => {
    if (trace.getActiveSpan() === undefined) return work();
    const span = tracer.startSpan('postgresql', {
      kind: SpanKind.CLIENT,
      attributes: {
        'db.system.name': 'postgresql',
        'server.address': facts.host,
        'server.port': facts.port,
        ...(facts.database === undefined ? {} : { 'db.namespace': facts.database }),
      },
    });
    return inSpan(span, context.active(), work, (failure) => {
      describe(span, facts.statements);
      if (!failure) return;
      const state = sqlStateOf(failure.error);
      if (state !== undefined) span.setAttribute('db.response.status_code', state);
      span.setAttribute('error.type', state ?? 'unknown');
      span.setStatus({ code: SpanStatusCode.ERROR });
    });
  });
}

/** What was sent is known when it is sent: later statements join the first one. */
function describe(span: Span, statements: readonly string[]): void {
  const summary = statements.join('; ').slice(0, SUMMARY_MAX);
  span.updateName(summary);
  span.setAttribute('db.query.summary', summary);
  span.setAttribute('nba.db.statements', [...statements]);
  if (statements.length > 1) span.setAttribute('db.operation.batch.size', statements.length);
}

/** Notes each event in the span whose transaction published it, after the commit. */
export function traceEvents(): () => void {
  return COMMITTED_EVENTS.listen(({ id, eventKey }) => {
    trace.getActiveSpan()?.addEvent(eventKey, { 'nba.event_id': id });
  });
}
