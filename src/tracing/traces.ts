import { context, propagation, trace } from '@opentelemetry/api';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { NodeTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-node';
import { carryTraces } from '../kernel/observation/trace-context.js';
import { traceDatabase, traceEvents } from './database.spans.js';
import { traceJobs } from './job.spans.js';
import { traceActions, tracePresses, traceRuleRuns } from './press.spans.js';
import { traceRequests } from './request.spans.js';
import { otelCarrier } from './trace-parents.js';
import { traceWebhookTries } from './webhook.spans.js';

/** Name of the tracer: the instrumentation scope of the spans. */
const TRACER = 'next-best-actions';

/** The traces of this process: spans of what it does, passed on to a processor. */
export class Traces {
  private constructor(
    private readonly provider: NodeTracerProvider,
    private readonly endings: readonly (() => void)[],
  ) {}

  /** Begins to trace. Spans that other code starts with `@opentelemetry/api` join in. */
  static start(serviceName: string, processor: SpanProcessor): Traces {
    const resource = defaultResource()
      .merge(detectResources({ detectors: [envDetector] }))
      .merge(resourceFromAttributes({ 'service.name': serviceName }));
    // The sampler and the limits of spans are those of the OTEL_* variables.
    const provider = new NodeTracerProvider({ resource, spanProcessors: [processor] });
    provider.register();
    carryTraces(otelCarrier);
    const tracer = provider.getTracer(TRACER);
    return new Traces(provider, [
      traceRequests(tracer),
      tracePresses(tracer),
      traceActions(tracer),
      traceRuleRuns(tracer),
      traceDatabase(tracer),
      traceEvents(),
      traceJobs(tracer),
      traceWebhookTries(tracer),
    ]);
  }

  /** Sends what ended so far. */
  async flush(): Promise<void> {
    await this.provider.forceFlush();
  }

  /** Begins no more spans, sends the rest and forgets the provider. */
  async stop(): Promise<void> {
    for (const end of this.endings) end();
    carryTraces(undefined);
    try {
      await this.provider.shutdown();
    } finally {
      trace.disable();
      context.disable();
      propagation.disable();
    }
  }
}
