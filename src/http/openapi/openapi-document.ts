import { STATUS_CODES } from 'node:http';
import { type INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { VERSION } from '../../kernel/version.js';
import { PERMISSION_EXTENSION } from '../access/requires.js';
import { Problem } from '../problems/problem.js';
import {
  OPERATION_METHODS,
  type OpenApiContent,
  type OpenApiOperation,
  type OpenApiPart,
  type OperationMethod,
} from './openapi-types.js';
import { operationIdOf } from './operation-id.js';
import { addReadAfter } from './read-after.js';
import { addProblems, codesOf, completeProblems, EXAMPLE_ID } from './problem-responses.js';
import { type ExampleSchema, exampleOf } from './schema-example.js';

const DESCRIPTION = `A ranked list of recommendations whose buttons run exactly once, on record, with an event.

Sign in with \`POST /api/auth/login\` and send the token as \`Authorization: Bearer <token>\`; a machine sends a service token in the same way. Each operation names the permission that it demands as \`x-required-permission\`; a caller sees and changes only what lies in the scopes that it is granted. Push work items, run the rules, list the next best actions, press one: \`POST /api/next-actions/{id}/execute\`.

Times are ISO 8601 UTC, ids UUIDv7. Errors are RFC 9457 problem documents with a stable \`code\`. A path with a method that it does not have is a 405 with \`Allow\`, a header \`Expect\` other than \`100-continue\` a 417, headers that are too large a 431.`;

/** The tags, in the order in which a newcomer uses them. */
const TAGS: Readonly<Record<string, string>> = {
  auth: 'Sign in and out, and see who is signed in.',
  'work-items': 'What the business must act on: pushed in by other systems, counted by the rules.',
  'next-actions': 'The ranked list of next best actions, their buttons and what was pressed.',
  scopes: 'The desks, with what waits in each.',
  risk: 'Risk flags that rules open and resolve, and that operators snooze, resolve or dismiss.',
  scores: 'How a scope does, from 0 to 100, with factors and reasons.',
  leads: 'Scores of intake leads.',
  jobs: 'Slow and external work that runs after a press, with every attempt.',
  'ops-events': 'What happened: the domain events on record.',
  webhooks: 'Endpoints of other systems, which get the events as signed requests.',
  users: 'Who may sign in, with which role and in which scopes.',
  'service-tokens': 'Tokens for machines that push and press.',
  health: 'Probes for load balancers and orchestrators.',
};

/**
 * The OpenAPI 3.1 document of the application: what the decorators say, what the `parts` of the modules add,
 * and the examples and error answers that every route has.
 */
export function openApiDocument(
  app: INestApplication,
  parts: readonly OpenApiPart[],
): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Next best actions')
    .setDescription(DESCRIPTION)
    .setVersion(VERSION)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    .addBearerAuth({ type: 'http', scheme: 'bearer' }, 'bearer')
    .addCookieAuth('nba_session', { type: 'apiKey', in: 'cookie' }, 'session');
  for (const [name, description] of Object.entries(TAGS)) config.addTag(name, description);
  const document = SwaggerModule.createDocument(app, config.build(), {
    extraModels: [Problem],
    operationIdFactory: operationIdOf,
  });
  for (const part of parts) part.addTo(document);
  inlineSingleAllOf(document);
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of OPERATION_METHODS) {
      const operation = item[method];
      if (operation) completeOperation(document, path, method, operation);
    }
  }
  return document;
}

function completeOperation(
  document: OpenAPIObject,
  path: string,
  method: OperationMethod,
  operation: OpenApiOperation,
): void {
  operation.security = isPublic(operation) ? [] : [{ bearer: [] }, { session: [] }];
  if (!isPublic(operation)) addReadAfter(method, operation);
  const values = completeParameters(document, operation);
  completeBody(document, operation);
  addCommonProblems(path, method, operation);
  completeProblems(
    document,
    operation,
    path.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name])),
  );
  for (const [status, response] of Object.entries(operation.responses)) {
    if (!response || !('description' in response)) continue;
    response.description ||= STATUS_CODES[status] ?? 'Answer.';
    if (status === '201') {
      response.headers = {
        ...response.headers,
        Location: { description: 'Path of what was created.', schema: { type: 'string' } },
      };
    }
  }
}

/** Whether a route needs no token: it demands no permission then. */
function isPublic(operation: OpenApiOperation): boolean {
  return !(PERMISSION_EXTENSION in operation);
}

/** Gives the parameters of the path examples, and returns them by name. */
function completeParameters(
  document: OpenAPIObject,
  { parameters = [] }: OpenApiOperation,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const parameter of parameters) {
    if (!('in' in parameter) || parameter.in !== 'path') continue;
    const schema = (parameter.schema ?? {}) as ExampleSchema & { example?: unknown };
    parameter.example ??= schema.format === 'uuid' ? EXAMPLE_ID : exampleOf(schema, document);
    delete schema.example;
    values[parameter.name] = parameter.example;
  }
  return values;
}

/** Gives the body an example that is sent as it stands: what the API page prefills. */
function completeBody(document: OpenAPIObject, { requestBody }: OpenApiOperation): void {
  if (!requestBody || !('content' in requestBody)) return;
  const json: OpenApiContent | undefined = requestBody.content['application/json'];
  if (!json?.schema || json.examples) return;
  json.example ??= exampleOf(json.schema, document);
}

/** Adds the errors that any route of its kind may answer. */
function addCommonProblems(
  path: string,
  method: OperationMethod,
  operation: OpenApiOperation,
): void {
  const parameters = (operation.parameters ?? []) as { name: string; in: string }[];
  const isProbe = path.startsWith('/health/');
  const has = (place: string, name?: string): boolean =>
    parameters.some((one) => one.in === place && (name === undefined || one.name === name));
  addProblems(operation, codesOf('VALIDATION_FAILED'));
  if (has('path')) addProblems(operation, codesOf('BAD_REQUEST'));
  if (has('query', 'cursor')) addProblems(operation, codesOf('CURSOR_INVALID'));
  if (operation.requestBody) addProblems(operation, codesOf('VALUE_NOT_STORABLE'));
  if (!isPublic(operation)) {
    addProblems(operation, codesOf('TOKEN_REQUIRED', 'TOKEN_INVALID', 'PERMISSION_DENIED'));
    if (method !== 'get') addProblems(operation, codesOf('ORIGIN_REFUSED'));
  }
  if (has('query', 'scope') || has('path', 'entityType')) {
    addProblems(operation, codesOf('SCOPE_NOT_FOUND'));
  }
  if (!isProbe) addProblems(operation, codesOf('RATE_LIMITED'));
  if (method !== 'get') {
    // A body is read, and refused, also where none is needed.
    addProblems(
      operation,
      codesOf('BODY_NOT_JSON', 'REQUEST_TIMEOUT', 'BODY_TOO_LARGE', 'BODY_ENCODING_UNSUPPORTED'),
    );
  }
  addProblems(operation, codesOf('INTERNAL_ERROR', 'DATABASE_UNAVAILABLE'));
  if (!isProbe) addProblems(operation, codesOf('DATABASE_BUSY', 'DATABASE_TIMEOUT'));
  if (method !== 'get')
    addProblems(operation, codesOf('DATABASE_READ_ONLY', 'DATABASE_CONTENTION'));
}

/**
 * Replaces `allOf` of one reference, which `@nestjs/swagger` writes for an enum with a description, by the
 * reference itself: in OpenAPI 3.1 it may have siblings.
 */
function inlineSingleAllOf(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  const schema = node as { allOf?: unknown; $ref?: string };
  if (Array.isArray(schema.allOf) && schema.allOf.length === 1) {
    const [only] = schema.allOf as { $ref?: string }[];
    if (only?.$ref !== undefined) {
      schema.$ref = only.$ref;
      delete schema.allOf;
    }
  }
  for (const value of Object.values(node)) inlineSingleAllOf(value);
}
