import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { limitServer } from './http/request/server-limits.js';
import { PinoLoggerService } from './logging/logger.js';
import { probeServer } from './health/probe-server.js';
import { Readiness } from './health/readiness.js';
import { JobWorker } from './jobs/worker/job-worker.js';
import { Metrics } from './metrics/metrics.js';
import { serveMetrics } from './metrics/serve-metrics.js';
import { listen } from './process/listen.js';
import { APP_CLOSE_MS } from './process/process-lifecycle.js';
import { type ProcessContext } from './process/run-process.js';
import { startTracing } from './tracing/start-tracing.js';
import { WebhookDispatcher } from './webhooks/deliveries/webhook-dispatcher.js';

/** Starts to run jobs and to send webhooks. Its only HTTP routes are the health probes, on WORKER_PORT. */
export async function startWorker(context: ProcessContext): Promise<void> {
  const { env, lifecycle, logger } = context;
  await startTracing(context);
  const app = await NestFactory.createApplicationContext(AppModule.register(context), {
    logger: new PinoLoggerService(logger),
    abortOnError: false,
  });
  lifecycle.onStop('the application', () => app.close(), APP_CLOSE_MS);
  await serveMetrics(app.get(Metrics), context);
  const readiness = app.get(Readiness);
  const probes = probeServer(readiness, logger);
  limitServer(probes, env.http, logger);
  const port = await listen(probes, {
    port: env.workerPort,
    host: env.host,
    portSetting: 'WORKER_PORT',
  });
  lifecycle.onStop('jobs', async () => {
    readiness.startDraining();
    await Promise.all([app.get(JobWorker).stop(), app.get(WebhookDispatcher).stop()]);
    probes.close();
    probes.closeAllConnections();
  });
  logger.info({ port }, 'worker is ready');
}
