import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { Traces } from '../../src/tracing/traces.js';
import { eventually } from './eventually.js';

/** Turns the traces of an application on; where they would be sent does not matter, they are kept here. */
export const TRACED = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };

/** The spans of this process that ended. */
export class RecordedSpans {
  private constructor(
    private readonly exporter: InMemorySpanExporter,
    private readonly traces: Traces,
  ) {}

  /** Starts traces for this process, until `stop`. */
  static start(): RecordedSpans {
    const exporter = new InMemorySpanExporter();
    return new RecordedSpans(exporter, Traces.start('test', new SimpleSpanProcessor(exporter)));
  }

  /** The spans of a trace, in the order in which they began. */
  of(traceId: string): ReadableSpan[] {
    return this.all()
      .filter((span) => span.spanContext().traceId === traceId)
      .sort((a, b) => a.startTime[0] - b.startTime[0] || a.startTime[1] - b.startTime[1]);
  }

  all(): ReadableSpan[] {
    return this.exporter.getFinishedSpans();
  }

  /** Waits until spans of a trace with these names have ended; returns the first of each. */
  async named<Name extends string>(
    traceId: string,
    ...names: readonly Name[]
  ): Promise<Record<Name, ReadableSpan>> {
    const found = () =>
      names.map((name) => [name, this.of(traceId).find((span) => span.name === name)] as const);
    await eventually(`the spans ${names.join(', ')}`, () => found().every(([, span]) => span));
    return Object.fromEntries(found()) as Record<Name, ReadableSpan>;
  }

  stop(): Promise<void> {
    return this.traces.stop();
  }
}

/** A `traceparent` as a client sends it, and the id of its trace. */
export function clientTrace(): { traceparent: string; traceId: string; spanId: string } {
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => Math.floor(1 + Math.random() * 15).toString(16)).join('');
  const [traceId, spanId] = [hex(32), hex(16)];
  return { traceparent: `00-${traceId}-${spanId}-01`, traceId, spanId };
}
