import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { type Logger } from 'pino';
import { type TracingSettings } from '../config/tracing-settings.js';
import { ReportingExporter } from './reporting-exporter.js';
import { Traces } from './traces.js';

/**
 * Sends traces to an OTLP receiver as JSON over HTTP, in batches. Up to 2048 spans wait in memory
 * (OTEL_BSP_MAX_QUEUE_SIZE); further ones are dropped.
 */
export function startOtlpTraces(settings: TracingSettings, logger: Logger): Traces {
  const { endpoint, headers, serviceName } = settings;
  const otlp = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, headers: { ...headers } });
  return Traces.start(serviceName, new BatchSpanProcessor(new ReportingExporter(otlp, logger)));
}
