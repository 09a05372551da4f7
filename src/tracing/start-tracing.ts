import { type ProcessContext } from '../process/run-process.js';

/** How long a stop waits for the last traces to be sent, in ms. */
const FLUSH_MS = 2000;

/** Starts traces where they are on. OpenTelemetry is loaded only then. */
export async function startTracing({ env, logger, lifecycle }: ProcessContext): Promise<void> {
  if (env.tracing === undefined) return;
  const { startOtlpTraces } = await import('./otlp-traces.js');
  const traces = startOtlpTraces(env.tracing, logger);
  lifecycle.onStop('traces', () => traces.stop(), FLUSH_MS);
}
