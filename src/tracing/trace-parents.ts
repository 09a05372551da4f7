import {
  type Context,
  context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import { type TraceCarrier } from '../kernel/observation/trace-context.js';

/** The context of a stored `traceparent`; the root for null, or for what is none. */
export function contextOf(traceparent: string | null): Context {
  return traceparent === null ? ROOT_CONTEXT : propagation.extract(ROOT_CONTEXT, { traceparent });
}

/** Carries traces by the active context of OpenTelemetry. */
export const otelCarrier: TraceCarrier = {
  active() {
    const span = trace.getActiveSpan()?.spanContext();
    if (!span || !isSpanContextValid(span)) return undefined;
    // Source: W3C Trace Context, 3.2. A trace that is not sampled stays so.
    const flags = span.traceFlags & TraceFlags.SAMPLED ? '01' : '00';
    return `00-${span.traceId}-${span.spanId}-${flags}`;
  },
  continued: (traceParent, work) => context.with(contextOf(traceParent), work),
  bound: (callback) => context.bind(context.active(), callback),
};
