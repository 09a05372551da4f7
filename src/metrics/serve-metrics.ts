import { type Server } from 'node:http';
import { type Logger } from 'pino';
import { plainServer } from '../http/plain-server.js';
import { limitServer } from '../http/request/server-limits.js';
import { accessLog } from '../logging/access-log.js';
import { listen } from '../process/listen.js';
import { type ProcessContext } from '../process/run-process.js';
import { type Metrics } from './metrics.js';

const PATH = '/metrics';

/**
 * Serves `/metrics` and nothing else. A scrape is no request to the application: it is not counted, and logged
 * only if it fails.
 */
function metricsServer(metrics: Pick<Metrics, 'text' | 'registry'>, logger: Logger): Server {
  const type = metrics.registry.contentType;
  const routes = { [PATH]: async () => ({ type, body: await metrics.text() }) };
  return plainServer(routes, accessLog(logger, { quiet: PATH, observed: false }));
}

/**
 * Serves the metrics on METRICS_PORT, where that is set, until the application is stopped: requests and jobs
 * are drained before. Throws StartError if it can't listen.
 */
export async function serveMetrics(
  metrics: Metrics,
  { env, lifecycle, logger }: Pick<ProcessContext, 'env' | 'lifecycle' | 'logger'>,
): Promise<void> {
  if (env.metricsPort === undefined) return;
  const server = metricsServer(metrics, logger);
  limitServer(server, env.http, logger);
  const port = await listen(server, {
    port: env.metricsPort,
    host: env.host,
    portSetting: 'METRICS_PORT',
  });
  lifecycle.onStop('the metrics', () => {
    server.close();
    server.closeAllConnections();
    return Promise.resolve();
  });
  logger.info({ port }, 'serves metrics');
}
