import { type NestExpressApplication } from '@nestjs/platform-express';
import { type Logger } from 'pino';
import { createApp } from './app.setup.js';
import { createLogger } from './common/logging/logger.js';
import { redactError } from './common/logging/redaction.js';
import { SYSTEM_ACTOR } from './common/actor.js';
import { DEFAULT_SCOPE } from './common/scope.js';
import { type Env, processEnv, readEnv } from './config/env.js';
import { resolveSecrets, type Secrets } from './config/secrets.js';
import { StartError } from './config/start-error.js';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from './database/embedded/embedded-postgres.js';
import { EmbeddedPostgresError } from './database/embedded/embedded-postgres.error.js';
import { DemoLoader } from './demo/demo.loader.js';
import { Readiness } from './health/readiness.js';
import { JobWorker } from './jobs/job-worker.js';
import { NextActionsService } from './next-actions/next-actions.service.js';
import { Drain } from './shutdown.js';
import { endOnUncaughtException, outliveStrayRejections } from './stray-rejections.js';
import { showWelcome, welcome } from './welcome.js';

/** Starts the database if it is the embedded one, the application, and listens. */
async function start(): Promise<void> {
  const env = readEnv(processEnv());
  const logger = createLogger(env.logLevel);
  outliveStrayRejections(logger);
  endOnUncaughtException(logger);
  const secrets = await resolveSecrets(env);
  const embedded =
    env.databaseUrl === undefined
      ? await startEmbeddedPostgres({ dataDir: env.dataDir, logger })
      : undefined;
  let app: NestExpressApplication | undefined;
  try {
    app = await createApp({
      env,
      secrets,
      logger,
      databaseUrl: env.databaseUrl ?? embedded?.url ?? '',
    });
    const server = app.getHttpServer();
    const drain = new Drain(server);
    stopOnSignal(app, drain, embedded, logger);
    await listen(app, env);
    await greet(app, env, secrets, embedded, logger);
  } catch (error) {
    await app?.close().catch(() => undefined);
    await embedded?.stop();
    throw error;
  }
}

async function listen(app: NestExpressApplication, env: Env): Promise<void> {
  try {
    await app.listen(env.port, env.host);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new StartError(`Port ${env.port} is in use: stop what listens there, or set PORT.`, {
      cause: error,
    });
  }
}

async function greet(
  app: NestExpressApplication,
  env: Env,
  secrets: Secrets,
  embedded: EmbeddedPostgres | undefined,
  logger: Logger,
): Promise<void> {
  const nextActions = app.get(NextActionsService);
  const first = (): ReturnType<NextActionsService['list']> =>
    nextActions.list({ ...DEFAULT_SCOPE, page: 1, pageSize: 1, status: 'queued' }, SYSTEM_ACTOR);
  let queue = await first();
  const wanted = env.demo ?? embedded?.firstStart ?? false;
  if (wanted && queue.pagination.total === 0) {
    await app.get(DemoLoader).load(new Date());
    queue = await first();
  }
  const { port } = app.getHttpServer().address() as { port: number };
  const host = env.host.includes(':') ? `[${env.host}]` : env.host;
  const address = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`;
  logger.info({ address }, 'listening');
  if (!env.production) showWelcome(welcome(address, secrets, queue.items[0]?.id));
}

/** On the first signal: refuse newcomers, end what runs, close the pool, stop the database. */
function stopOnSignal(
  app: NestExpressApplication,
  drain: Drain,
  embedded: EmbeddedPostgres | undefined,
  logger: Logger,
): void {
  let stopping = false;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    app.get(Readiness).startDraining();
    // Requests and jobs end side by side, or a stop would take the time of both.
    const [complete] = await Promise.all([drain.finish(), app.get(JobWorker).stop()]);
    if (!complete) logger.warn('some requests did not end in time and were cut off');
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
}

start().catch((error: unknown) => {
  const { message, stack } = redactError(error instanceof Error ? error : new Error(String(error)));
  // What a person can mend is one sentence; a stack is for what nobody expected.
  const expected = error instanceof StartError || error instanceof EmbeddedPostgresError;
  process.stderr.write(
    `The server did not start. ${String(message)}\n${expected ? '' : `${String(stack)}\n`}`,
  );
  process.exit(1);
});
