import { type NestExpressApplication } from '@nestjs/platform-express';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { type NextFunction, type Request, type Response } from 'express';
import { type Env } from '../../config/env.js';
import { sendProblem } from '../problems/problem.filter.js';
import { routeNotFound } from '../problems/problem.js';

const PAGE = '/api/docs';
const DOCUMENT = '/api/openapi.json';

/** The files that the page loads; its package has more, such as a page of another API and source maps. */
const PAGE_FILES: ReadonlySet<string> = new Set([
  '',
  '/',
  '/index.html',
  '/swagger-ui-init.js',
  '/swagger-ui.css',
  '/swagger-ui-bundle.js',
  '/swagger-ui-standalone-preset.js',
  '/favicon-16x16.png',
  '/favicon-32x32.png',
]);

/**
 * Serves the OpenAPI document and, if `apiDocs` is true, the API page; `/api` redirects to the page, or to the
 * document where there is no page.
 */
export function serveApiPage(
  app: NestExpressApplication,
  documentOf: () => OpenAPIObject,
  { apiDocs: page, basePath }: Pick<Env, 'apiDocs' | 'basePath'>,
): void {
  const express = app.getHttpAdapter().getInstance();
  express.get('/api', (_request, response) => {
    response.redirect(302, `${basePath}${page ? PAGE : DOCUMENT}`);
  });
  if (page) app.use(PAGE, onlyPageFiles);
  SwaggerModule.setup(PAGE, app, documentOf, {
    ui: page,
    jsonDocumentUrl: DOCUMENT,
    yamlDocumentUrl: '/api/openapi.yaml',
    customSiteTitle: 'Next best actions API',
    swaggerOptions: { persistAuthorization: true },
  });
}

/** Its `url` is what follows the path of the page. */
function onlyPageFiles(request: Request, response: Response, next: NextFunction): void {
  const [file = ''] = request.url.split('?');
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (!isRead || PAGE_FILES.has(file.replace(/^\/docs(?=\/)/, ''))) next();
  else sendProblem(routeNotFound(), request, response);
}
