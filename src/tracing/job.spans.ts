import { SpanKind, type Tracer } from '@opentelemetry/api';
import { JOBS } from '../kernel/observation/operations.js';
import { contextOf } from './trace-parents.js';
import { inSpan, noteThrown } from './traced-work.js';

/**
 * A consumer span for each attempt of a job, a child of the span that enqueued it: the trace of a press shows
 * all that it caused. A job that a schedule enqueued begins a trace.
 */
export function traceJobs(tracer: Tracer): () => void {
  return JOBS.observe(({ type, jobId, attempt, traceParent }, work) => {
    const parent = contextOf(traceParent);
    const attributes = {
      'messaging.system': 'postgresql',
      'messaging.operation.type': 'process',
      'messaging.operation.name': 'process',
      'messaging.destination.name': type,
      'messaging.message.id': jobId,
      'nba.job.attempt': attempt,
    };
    const options = { kind: SpanKind.CONSUMER, attributes };
    const span = tracer.startSpan(`process ${type}`, options, parent);
    return inSpan(span, parent, work, (failure) => {
      if (failure) noteThrown(span, failure.error);
    });
  });
}
