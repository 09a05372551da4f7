/**
 * What carries a trace from one piece of work to the next, also through the database. Set while traces are
 * on: the code that publishes events and enqueues jobs knows nothing of OpenTelemetry.
 */
export interface TraceCarrier {
  /** The active span as a W3C `traceparent`; undefined outside of a trace. */
  active(): string | undefined;
  /** Does the work as a part of the trace of a `traceparent`. */
  continued<T>(traceParent: string, work: () => T): T;
  /** A callback that is called in the trace that is active now, such as a listener of a socket. */
  bound<T extends (...args: never[]) => void>(callback: T): T;
}

let carrier: TraceCarrier | undefined;

/** Sets what carries the traces of this process; undefined while they are off. */
export function carryTraces(by: TraceCarrier | undefined): void {
  carrier = by;
}

/** The active span as a W3C `traceparent`; undefined outside of a trace, and while traces are off. */
export function activeTrace(): string | undefined {
  return carrier?.active();
}

/** Does the work as a part of the trace that was active where a row was stored; null for none. */
export function continueTrace<T>(traceParent: string | null, work: () => T): T {
  return carrier && traceParent !== null ? carrier.continued(traceParent, work) : work();
}

/** The callback itself; while traces are on, one that is called in the trace that is active now. */
export function inActiveTrace<T extends (...args: never[]) => void>(callback: T): T {
  return carrier ? carrier.bound(callback) : callback;
}

/** The ids of the active span for a log line; none outside of a trace. Source: W3C Trace Context, 3.2. */
export function traceFields(): { readonly traceId?: string; readonly spanId?: string } {
  const [, traceId, spanId] = activeTrace()?.split('-') ?? [];
  return traceId === undefined || spanId === undefined ? {} : { traceId, spanId };
}
