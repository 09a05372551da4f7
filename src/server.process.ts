import { type NestExpressApplication } from '@nestjs/platform-express';
import { fileURLToPath } from 'node:url';
import { createApp } from './app.setup.js';
import { hasConsolePage } from './console/console-files.js';
import { SYSTEM_ACTOR } from './kernel/actor.js';
import { DEFAULT_SCOPE } from './kernel/scope.js';
import { type Env } from './config/env.js';
import { DemoLoader } from './demo/demo.loader.js';
import { Readiness } from './health/readiness.js';
import { JobWorker } from './jobs/worker/job-worker.js';
import { Metrics } from './metrics/metrics.js';
import { serveMetrics } from './metrics/serve-metrics.js';
import { LiveFeed } from './ops-events/stream/live-feed.service.js';
import { NextActionsService } from './next-actions/model/next-actions.service.js';
import { Drain, DRAIN_LIMIT_MS } from './process/drain.js';
import { listen } from './process/listen.js';
import { APP_CLOSE_MS, type StopContext } from './process/process-lifecycle.js';
import { type ProcessContext } from './process/run-process.js';
import { startTracing } from './tracing/start-tracing.js';
import { WebhookDispatcher } from './webhooks/deliveries/webhook-dispatcher.js';
import { showWelcome, welcome } from './welcome.js';

/** Where the build puts the console: beside the built sources. */
const CONSOLE_FOLDER = fileURLToPath(new URL('../console', import.meta.url));

/** Starts the application, listens, and shows the welcome in development. */
export async function startServer(context: ProcessContext): Promise<void> {
  const { env, lifecycle, logger } = context;
  await startTracing(context);
  const consoleFolder = env.console ? CONSOLE_FOLDER : undefined;
  const app = await createApp({ ...context, consoleFolder });
  lifecycle.onStop('the application', () => app.close(), APP_CLOSE_MS);
  await serveMetrics(app.get(Metrics), context);
  const server = app.getHttpServer();
  const drain = new Drain(server);
  const port = await listen(server, { port: env.port, host: env.host, portSetting: 'PORT' });
  lifecycle.onStop('requests and jobs', async (stop) => {
    if (!(await finish(app, drain, env, stop))) {
      logger.warn('some requests did not end in time and were cut off');
    }
  });
  await greet(app, port, context);
}

/**
 * Streams end first: they would not end by themselves. Requests, jobs and webhooks are drained at the same
 * time, so that a stop takes as long as the slower one.
 */
async function finish(
  app: NestExpressApplication,
  drain: Drain,
  env: Env,
  stop: StopContext,
): Promise<boolean> {
  app.get(Readiness).startDraining();
  app.get(LiveFeed).stop();
  const delayMs = stop.asked ? env.shutdownDelayMs : 0;
  const [complete] = await Promise.all([
    drain.finish({ delayMs, limitMs: stop.left(DRAIN_LIMIT_MS) }),
    app.get(JobWorker).stop(),
    app.get(WebhookDispatcher).stop(),
  ]);
  return complete;
}

async function greet(
  app: NestExpressApplication,
  port: number,
  { env, secrets, logger, firstStart }: ProcessContext,
): Promise<void> {
  const nextActions = app.get(NextActionsService);
  const first = (): ReturnType<NextActionsService['list']> =>
    nextActions.list({ ...DEFAULT_SCOPE, page: 1, pageSize: 1, status: ['queued'] }, SYSTEM_ACTOR);
  let queue = await first();
  if ((env.demo ?? firstStart) && queue.pagination.total === 0) {
    await app.get(DemoLoader).load(new Date());
    queue = await first();
  }
  const host = env.host.includes(':') ? `[${env.host}]` : env.host;
  const address = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`;
  logger.info({ address }, 'listening');
  if (env.production) return;
  const hasConsole = env.console && hasConsolePage(CONSOLE_FOLDER);
  showWelcome(welcome(address, secrets, queue.items[0]?.id, hasConsole));
}
