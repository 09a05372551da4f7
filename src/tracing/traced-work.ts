import { isNativeError } from 'node:util/types';
import { type Context, context, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { DomainError } from '../kernel/errors/domain-error.js';
import { type Failure, whenEnded } from '../kernel/observation/operation.js';
import { redactError } from '../kernel/redaction/redaction.js';

/** Does the work with the span active, and ends the span with it. */
export function inSpan<T>(
  span: Span,
  parent: Context,
  work: () => T,
  end: (failure?: Failure) => void,
): T {
  return whenEnded(
    () => context.with(trace.setSpan(parent, span), work),
    (failure) => {
      end(failure);
      span.end();
    },
  );
}

/**
 * Marks a span as failed, with the error that caused it, redacted. A refusal (an error below 500) is no
 * failure: only its code is noted. Returns which of both it was.
 */
export function noteThrown(span: Span, thrown: unknown): 'refused' | 'failed' {
  const causes = causesOf(thrown);
  const known = causes.find((cause) => cause instanceof DomainError);
  if (known && known.status < 500) {
    span.setAttribute('error.type', known.code);
    return 'refused';
  }
  const root = causes.at(-1);
  const { type, message, stack } = root ? redactError(root) : {};
  const name = textIn(type) ?? 'unknown';
  span.setAttribute('error.type', known?.code ?? name);
  span.setStatus({ code: SpanStatusCode.ERROR });
  // Not recordException, which would take the message and the stack as they are.
  span.addEvent('exception', {
    'exception.type': name,
    'exception.message': textIn(message),
    'exception.stacktrace': textIn(stack),
  });
  return 'failed';
}

/** An error and what caused it, at most five. */
function causesOf(thrown: unknown): Error[] {
  const causes: Error[] = [];
  for (let error = thrown; isNativeError(error) && causes.length < 5; error = error.cause) {
    causes.push(error);
  }
  return causes;
}

function textIn(field: unknown): string | undefined {
  return typeof field === 'string' ? field : undefined;
}
