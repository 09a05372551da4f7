import { createServer, type Server } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { DomainError } from './common/errors/domain-error.js';
import { limitServer } from './common/http/server-limits.js';
import { PinoLoggerService } from './common/logging/logger.js';
import { Readiness } from './health/readiness.js';
import { JobWorker } from './jobs/job-worker.js';
import { listen } from './process/listen.js';
import { APP_CLOSE_MS } from './process/process-life.js';
import { type ProcessContext } from './process/run-process.js';

/** Starts to work jobs. Of HTTP, this process knows the health probes, on WORKER_PORT. */
export async function startWorker(context: ProcessContext): Promise<void> {
  const { env, life, logger } = context;
  const app = await NestFactory.createApplicationContext(AppModule.register(context), {
    logger: new PinoLoggerService(logger),
    abortOnError: false,
  });
  life.endsWith('the application', () => app.close(), APP_CLOSE_MS);
  const readiness = app.get(Readiness);
  const probes = serveProbes(readiness);
  limitServer(probes, env.http, logger);
  const port = await listen(probes, {
    port: env.workerPort,
    host: env.host,
    portSetting: 'WORKER_PORT',
  });
  life.endsWith('jobs', async () => {
    readiness.startDraining();
    await app.get(JobWorker).stop();
    probes.close();
    probes.closeAllConnections();
  });
  logger.info({ port }, 'worker is ready');
}

/** The two probes of the server, with the same answers. */
function serveProbes(readiness: Readiness): Server {
  return createServer((request, response) => {
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (request.url === '/health/live') {
      answer(200, { status: 'ok' });
    } else if (request.url === '/health/ready') {
      readiness.check().then(
        () => answer(200, { status: 'ok' }),
        (error: unknown) =>
          answer(503, { code: error instanceof DomainError ? error.code : 'UNAVAILABLE' }),
      );
    } else {
      answer(404, { code: 'ROUTE_NOT_FOUND' });
    }
  });
}
