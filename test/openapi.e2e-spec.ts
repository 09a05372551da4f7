import { ArrayMaxSize, IsArray, IsString, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';
import { ConflictError } from '../src/kernel/errors/domain-error.js';
import { ERROR_CODE_NAMES } from '../src/kernel/errors/error-codes.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryOutcome,
} from '../src/next-actions/delivery/delivery-action.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { type OpenApiDocument, operationsOf } from './support/openapi.js';

interface Operation {
  operationId: string;
  summary?: string;
  tags: string[];
  security: unknown[];
  parameters?: { name: string; in: string; example?: unknown }[];
  responses: Record<string, Response>;
}
interface Response {
  description: string;
  headers?: object;
  content?: Record<string, { examples?: Record<string, { $ref: string }> }>;
}

class ReminderLine {
  @IsString()
  text!: string;
}
class ReminderInput {
  @IsArray()
  @ArrayMaxSize(3)
  @ValidateNested({ each: true })
  @Type(() => ReminderLine)
  lines!: ReminderLine[];
}

/** An action of a user of this project: with a nested input, and a refusal of its own. */
@DeliveryAction({
  key: 'send_reminder',
  label: 'Send a reminder',
  input: ReminderInput,
  refusals: { QUOTA_SPENT: { status: 402, when: 'The reminders of this month are spent.' } },
})
class SendReminderAction implements DeliveryActionHandler<ReminderInput> {
  run(): DeliveryOutcome {
    throw new ConflictError('QUOTA_SPENT', 'Spent.');
  }
}

describe('the OpenAPI document', () => {
  let app: TestApp;
  let document: OpenApiDocument;
  let operations: [string, Operation][];
  beforeAll(async () => {
    app = await createTestApp({ providers: [SendReminderAction] });
    const { body } = await app.anonymous.get('/api/openapi.json').expect(200);
    expect(body.openapi).toBe('3.1.0');
    document = body as OpenApiDocument;
    operations = Object.entries(body.paths as Record<string, Record<string, Operation>>).flatMap(
      ([path, item]) =>
        Object.entries(item).map(([method, operation]): [string, Operation] => [
          `${method.toUpperCase()} ${path}`,
          operation,
        ]),
    );
  });
  afterAll(() => app.close());

  it('describes every operation, its errors as problem documents', () => {
    for (const [name, operation] of operations) {
      expect([name, operation.summary]).toEqual([name, expect.any(String)]);
      for (const [status, response] of Object.entries(operation.responses)) {
        expect([name, status, response.description]).toEqual([
          name,
          status,
          expect.stringMatching(/./),
        ]);
        if (Number(status) >= 400)
          expect([name, status, Object.keys(response.content ?? {})]).toEqual([
            name,
            status,
            ['application/problem+json'],
          ]);
      }
    }
  });

  it('documents 401 for every route that needs a token', () => {
    const secured = operations.filter(([, operation]) => operation.security.length > 0);
    expect(secured.length).toBeGreaterThan(8);
    for (const [name, operation] of secured)
      expect([name, operation.responses]).toEqual([
        name,
        expect.objectContaining({ '401': expect.anything() }),
      ]);
  });

  it('documents 429 with its headers on every route but the probes', () => {
    for (const [name, { responses }] of operations) {
      const headers = Object.keys(responses['429']?.headers ?? {});
      const expected = name.includes('/health/')
        ? []
        : ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset', 'Retry-After'];
      expect([name, headers]).toEqual([name, expected]);
    }
  });

  it('documents every status of the execute route', () => {
    const [, execute] = operations.find(
      ([name]) => name === 'POST /api/next-actions/{id}/execute',
    )!;
    expect(Object.keys(execute.responses)).toEqual(
      expect.arrayContaining([
        '200',
        '400',
        '401',
        '404',
        '409',
        '413',
        '415',
        '422',
        '429',
        '500',
        '503',
      ]),
    );
  });

  it('names every operation by a verb, once', () => {
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const VERB =
      /^(cancel|change|check|close|compute|create|delete|execute|follow|get|import|list|patch|push|put|recover|resend|retry|rotate|run|score|sign|test|undo|update)[A-Z]/;
    expect(ids.filter((id) => !VERB.test(id))).toEqual([]);
    expect(ids).toEqual(
      expect.arrayContaining(['executeNextAction', 'listNextActions', 'getJob', 'pushWorkItems']),
    );
  });

  it('describes every tag, in the order of use, and every operation', () => {
    const tags = document.tags.map(({ name }) => name);
    expect(tags.slice(0, 3)).toEqual(['auth', 'work-items', 'next-actions']);
    for (const { description } of document.tags) expect(description).toMatch(/^[A-Z].*\.$/);
    for (const [name, { tags: own }] of operations) {
      expect([name, own.filter((tag) => !tags.includes(tag))]).toEqual([name, []]);
    }
  });

  it('shows an example of each code with every error status', () => {
    for (const [name, { responses }] of operations) {
      for (const [status, { content = {} }] of Object.entries(responses)) {
        if (Number(status) < 400) continue;
        const examples = Object.entries(content['application/problem+json']?.examples ?? {});
        expect([name, status, examples.length]).not.toEqual([name, status, 0]);
        for (const [code, { $ref }] of examples) {
          const { value } = document.components.examples[$ref.split('/').at(-1)!]!;
          expect([name, value]).toEqual([
            name,
            expect.objectContaining({ code, status: Number(status) }),
          ]);
        }
      }
    }
  });

  it('has an example of every parameter of a path', () => {
    for (const [name, { parameters = [] }] of operations) {
      const without = parameters.filter((one) => one.in === 'path' && one.example === undefined);
      expect([name, without]).toEqual([name, []]);
    }
  });

  it('prefills no Idempotency-Key, which would be taken already the second time', () => {
    const [, { parameters = [] }] = operations.find(([name]) => name.endsWith('/execute'))!;
    const key = parameters.find(({ name }) => name === 'Idempotency-Key');
    expect(JSON.stringify(key)).not.toContain('"example"');
  });

  it('has the codes as an enum, with those of custom actions', () => {
    const { ErrorCode } = document.components.schemas;
    expect(ErrorCode?.enum).toEqual([...ERROR_CODE_NAMES, 'QUOTA_SPENT']);
    const [, { responses }] = operations.find(([name]) => name.endsWith('/execute'))!;
    expect(
      Object.keys(responses['402']?.content?.['application/problem+json']?.examples ?? {}),
    ).toEqual(['QUOTA_SPENT']);
  });

  it('describes a press as a union by actionKey, with custom actions and their input', async () => {
    const { ExecuteBody, SendReminderPress, MarkDonePress } = document.components.schemas;
    const { body } = await app.api.get('/api/delivery-actions').expect(200);
    const keys = (body.items as { actionKey: string }[]).map(({ actionKey }) => actionKey);
    expect(ExecuteBody).toMatchObject({
      discriminator: {
        propertyName: 'actionKey',
        mapping: { send_reminder: '#/components/schemas/SendReminderPress' },
      },
    });
    const { discriminator } = ExecuteBody as { discriminator: { mapping: object } };
    expect(Object.keys(discriminator.mapping)).toEqual(keys);
    expect(MarkDonePress?.properties).toEqual({
      actionKey: { type: 'string', enum: ['mark_done'] },
    });
    expect(SendReminderPress).toMatchObject({
      required: ['actionKey', 'input'],
      properties: {
        actionKey: { enum: ['send_reminder'] },
        input: {
          additionalProperties: false,
          properties: {
            lines: {
              type: 'array',
              maxItems: 3,
              items: { type: 'object', properties: { text: { type: 'string' } } },
            },
          },
        },
      },
    });
    const catalogued = body.items.find(
      (one: { actionKey: string }) => one.actionKey === 'send_reminder',
    );
    expect(catalogued.inputSchema).toEqual(SendReminderPress?.properties?.input);
  });

  it('prefills a press without input, mark_done first', () => {
    const execute = operationsOf(document).find(
      ({ described }) => described.operationId === 'executeNextAction',
    )!;
    expect(execute.bodyExamples[0]).toEqual({ actionKey: 'mark_done' });
    const inputs = execute.bodyExamples.map((example) => (example as { input?: unknown }).input);
    expect(inputs.filter((input) => input !== undefined)).toEqual([
      { note: 'text' },
      { assigneeId: null },
      { priority: 'low' },
      { lines: [{ text: 'text' }] },
      { for: '4h' },
    ]);
  });

  it('prefills a preset of a snooze, and not until beside it', () => {
    const change = operationsOf(document).find(
      ({ described }) => described.operationId === 'changeRiskFlag',
    )!;
    expect(change.bodyExamples).toEqual([{ action: 'snooze', preset: '2d' }]);
  });

  it('describes the shape of an explanation, and a create with another shape is a 400', async () => {
    const schema = document.components.schemas.NextActionExplanation!;
    expect(Object.keys(schema.properties ?? {})).toEqual([
      'ruleKey',
      'summary',
      'evidence',
      'recommendedSteps',
      'links',
      'factors',
    ]);
    const links = [{ label: 'Open', href: '/deals/1' }];
    const own = await createNextAction(app.api, { explanation: { links, own: [1] } });
    const { body } = await app.api.get(`/api/next-actions/${own.id}`).expect(200);
    expect(body.explanation).toEqual({ links, own: [1] });
  });

  it.each([
    [{ links: [{ label: 'Open', href: 'javascript:alert(1)' }] }, 'links must be a list of'],
    [{ evidence: [{ key: 'a', label: 'A', value: {} }] }, 'evidence must be a list of'],
    [{ recommendedSteps: 'call' }, 'recommendedSteps must be a list of strings'],
    [{ factors: { base: 'high' } }, 'factors must be an object of numbers'],
    [{ summary: 7 }, 'summary must be a string'],
  ])('refuses the explanation %j', async (explanation, message) => {
    const { body } = await app.api
      .post('/api/next-actions', { title: 'x', explanation })
      .expect(400);
    expect(body.errors).toEqual([
      { field: 'explanation', message: expect.stringContaining(`explanation.${message}`) },
    ]);
  });

  it('says where what was created is', async () => {
    const action = await app.api.post('/api/next-actions', { title: 'x' }).expect(201);
    expect(action.headers.location).toBe(`/api/next-actions/${String(action.body.id)}`);
    await app.api.get(action.headers.location!).expect(200);
    const path = '/api/work-items/reminder/a%20b%2Fc';
    const item = { title: 'x', state: 'open' };
    await app.api.put(path, item).expect(201).expect('Location', path);
    const again = await app.api.put(path, item).expect(200);
    expect(again.headers.location).toBeUndefined();
  });
});
