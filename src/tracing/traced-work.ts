import { isNativeError, isPromise } from 'node:util/types';
import { type Context, context, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { DomainError } from '../kernel/errors/domain-error.js';
import { redactError } from '../kernel/redaction/redaction.js';

/** How a span of work ends; `thrown` is set if the work failed. */
export type EndOfWork = (ended: { readonly thrown?: unknown }) => void;

/** Does the work with the span active, and ends the span with it. */
export function inSpan<T>(span: Span, parent: Context, work: () => T, end: EndOfWork): T {
  const ended: EndOfWork = (how) => {
    end(how);
    span.end();
  };
  let result: T;
  try {
    result = context.with(trace.setSpan(parent, span), work);
  } catch (thrown) {
    ended({ thrown });
    throw thrown;
  }
  if (isPromise(result)) {
    result.then(
      () => ended({}),
      (thrown: unknown) => ended({ thrown }),
    );
  } else {
    ended({});
  }
  return result;
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
