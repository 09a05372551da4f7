import { NestFactory } from '@nestjs/core';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { AppModule, type AppOptions } from './app.module.js';
import { accessLog } from './logging/access-log.js';
import { ExpressHttpAdapter } from './http/express.adapter.js';
import { stripBasePath } from './http/base-path.js';
import { answerUnknownRoute } from './http/problems/problem.filter.js';
import { checkRequestHead } from './http/request/request-head.js';
import { limitServer } from './http/request/server-limits.js';
import { securityHeaders } from './http/security-headers.js';
import { createValidationPipe } from './http/validation/validation.js';
import { PinoLoggerService } from './logging/logger.js';
import { corsOptions } from './http/cors.js';
import { serveApiPage } from './http/openapi/api-page.js';
import { openApiDocument } from './http/openapi/openapi-document.js';
import { serveConsole } from './console/serve-console.js';
import { explanationOpenApi } from './next-actions/model/next-action-explanation.js';
import { DeliveryOpenApi } from './next-actions/delivery/delivery-openapi.js';

/** Creates the application as it is served; it does not listen yet. */
export async function createApp(options: AppOptions): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.register(options),
    new ExpressHttpAdapter(),
    {
      bodyParser: false,
      logger: new PinoLoggerService(options.logger),
      abortOnError: false,
    },
  );
  await setUpApp(app, options);
  return app;
}

/** Initializes with limits, prefix, pipe, security headers, access log and OpenAPI: the same for the server and the tests. */
export async function setUpApp(
  app: NestExpressApplication,
  { env, logger, consoleFolder }: AppOptions,
): Promise<void> {
  limitServer(app.getHttpServer(), env.http, logger);
  app.set('trust proxy', env.trustProxy);
  app.set('etag', false);
  app.setGlobalPrefix('api', { exclude: ['health/live', 'health/ready'] });
  if (env.basePath !== '') app.use(stripBasePath(env.basePath));
  app.use(accessLog(logger));
  app.use(securityHeaders());
  if (env.corsOrigins.length > 0) app.enableCors(corsOptions(env.corsOrigins));
  app.use(checkRequestHead);
  app.useGlobalPipes(createValidationPipe());
  const parts = [explanationOpenApi, app.get(DeliveryOpenApi, { strict: false })];
  serveApiPage(app, () => openApiDocument(app, parts), env);
  if (consoleFolder !== undefined) serveConsole(app, consoleFolder, { base: env.basePath, logger });
  await app.init();
  // After every route: it handles what no route matched.
  app.use(answerUnknownRoute);
}
