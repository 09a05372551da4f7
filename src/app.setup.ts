import { type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import { AppModule, type AppOptions } from './app.module.js';
import { accessLog } from './logging/access-log.js';
import { answerUnknownRoute } from './http/problems/problem.filter.js';
import { checkRequestHead } from './http/request/request-head.js';
import { limitServer } from './http/request/server-limits.js';
import { securityHeaders } from './http/security-headers.js';
import { createValidationPipe } from './http/validation/validation.js';
import { PinoLoggerService } from './logging/logger.js';
import { openApiDocument } from './http/openapi.js';

/** Creates the application as it is served; it does not listen yet. */
export async function createApp(options: AppOptions): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.register(options), {
    bodyParser: false,
    logger: new PinoLoggerService(options.logger),
    abortOnError: false,
  });
  await setUpApp(app, options);
  return app;
}

/** Initializes with limits, prefix, pipe, security headers, access log and OpenAPI: the same for the server and the tests. */
export async function setUpApp(
  app: NestExpressApplication,
  { env, logger }: AppOptions,
): Promise<void> {
  limitServer(app.getHttpServer(), env.http, logger);
  app.set('trust proxy', env.trustProxy);
  app.set('etag', false);
  app.setGlobalPrefix('api', { exclude: ['health/live', 'health/ready'] });
  app.use(accessLog(logger));
  app.use(securityHeaders());
  app.use(checkRequestHead);
  app.useGlobalPipes(createValidationPipe());
  serveOpenApi(app);
  await app.init();
  // After every route: it handles what no route matched.
  app.use(answerUnknownRoute);
}

function serveOpenApi(app: INestApplication): void {
  SwaggerModule.setup('api/docs', app, () => openApiDocument(app), {
    jsonDocumentUrl: 'api/openapi.json',
    yamlDocumentUrl: 'api/openapi.yaml',
    customSiteTitle: 'Next best actions API',
  });
}
