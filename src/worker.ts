import { createServer, type Server } from 'node:http';
import { type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { DomainError } from './common/errors/domain-error.js';
import { limitServer } from './common/http/server-limits.js';
import { createLogger, PinoLoggerService } from './common/logging/logger.js';
import { redactError } from './common/logging/redaction.js';
import { ConfigError, processEnv, readEnv } from './config/env.js';
import { resolveSecrets } from './config/secrets.js';
import { StartError } from './config/start-error.js';
import { startEmbeddedPostgres } from './database/embedded/embedded-postgres.js';
import { EmbeddedPostgresError } from './database/embedded/embedded-postgres.error.js';
import { Readiness } from './health/readiness.js';
import { JobWorker } from './jobs/job-worker.js';
import { endOnUncaughtException, outliveStrayRejections } from './stray-rejections.js';

/** Starts a process that only works jobs. Of HTTP it knows the health probes, on WORKER_PORT. */
async function start(): Promise<void> {
  const env = { ...readEnv(processEnv()), worker: true };
  const logger = createLogger(env.logLevel);
  outliveStrayRejections(logger);
  endOnUncaughtException(logger);
  const secrets = await resolveSecrets(env);
  // The embedded server belongs to whoever started it first; without one, to this process.
  const embedded =
    env.databaseUrl === undefined
      ? await startEmbeddedPostgres({ dataDir: env.dataDir, attach: true, logger })
      : undefined;
  const app = await NestFactory.createApplicationContext(
    AppModule.register({
      env,
      secrets,
      logger,
      databaseUrl: env.databaseUrl ?? embedded?.url ?? '',
    }),
    { logger: new PinoLoggerService(logger), abortOnError: false },
  );
  const probes = serveProbes(app.get(Readiness));
  limitServer(probes, env.http, logger);
  let stopping = false;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    app.get(Readiness).startDraining();
    await app.get(JobWorker).stop();
    probes.close();
    probes.closeAllConnections();
    await app.close();
    await embedded?.stop();
    logger.info('stopped');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      stop(signal).catch((error: unknown) => {
        logger.error({ err: error }, 'the stop failed');
        process.exit(1);
      });
    });
  }
  await listen(probes, env.workerPort, env.host, app);
  const { port } = probes.address() as { port: number };
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

async function listen(
  server: Server,
  port: number,
  host: string,
  app: INestApplicationContext,
): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => resolve());
    });
  } catch (error) {
    await app.close();
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new ConfigError(`WORKER_PORT names a port that is in use: set it to a free one.`);
  }
}

start().catch((error: unknown) => {
  const { message, stack } = redactError(error instanceof Error ? error : new Error(String(error)));
  const expected = error instanceof StartError || error instanceof EmbeddedPostgresError;
  process.stderr.write(
    `The worker did not start. ${String(message)}\n${expected ? '' : `${String(stack)}\n`}`,
  );
  process.exit(1);
});
