import { STATUS_CODES } from 'node:http';
import { type INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { problemMeaning, TOO_MANY_HEADERS } from './problems/api-problems.js';
import { Problem } from './problems/problem.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Responses = Operation['responses'];

const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;
/** Routes that need no token. */
const PUBLIC_PATHS = ['/api/auth/login', '/health/live', '/health/ready'];

/** The OpenAPI 3.1 document of the application, with the answers that every route may give. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Next best actions')
    .setDescription(
      'A ranked list of recommendations whose buttons run exactly once, on record, with an event. Times are ISO 8601 UTC, ids UUIDv7, errors RFC 9457 problem documents with a stable `code`.',
    )
    .setVersion('0.2.0')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, 'bearer')
    .build();
  const document = SwaggerModule.createDocument(app, config, { extraModels: [Problem] });
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation) completeOperation(path, operation, method !== 'get');
    }
  }
  return document;
}

function completeOperation(path: string, operation: Operation, takesBody: boolean): void {
  const isPublic = PUBLIC_PATHS.includes(path);
  operation.security = isPublic ? [] : [{ bearer: [] }];
  const common = [
    // A path that is no valid URI and a query with a repeated parameter are a 400 on every route.
    400,
    500,
    503,
    ...(isPublic ? [] : [401]),
    ...(path.startsWith('/health/') ? [] : [429]),
    ...(takesBody ? [408, 413, 415] : []),
  ];
  for (const status of common) {
    operation.responses[status] ??= {
      description: problemMeaning(status),
      ...(status === 429 ? { headers: TOO_MANY_HEADERS } : {}),
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } },
    };
  }
  for (const [status, response] of Object.entries(operation.responses)) {
    if (response && 'description' in response)
      response.description ||= STATUS_CODES[status] ?? 'Answer.';
  }
  asProblems(operation.responses);
}

/** Error answers are problem documents, which the decorators can't express. */
function asProblems(responses: Responses): void {
  for (const [status, response] of Object.entries(responses)) {
    if (Number(status) < 400 || !response || !('content' in response) || !response.content)
      continue;
    const schema = response.content['application/json'];
    if (schema) response.content = { 'application/problem+json': schema };
  }
}
