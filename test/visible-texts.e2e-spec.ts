import { createTestApp, type TestApp } from './support/app.js';
import {
  type OpenApiDocument,
  type Operation,
  operationsOf,
  type Schema,
} from './support/openapi.js';

/** Texts that no reader sees, and one that PostgreSQL can't store. */
const INVISIBLE = ['   ', '\t\n', '\u200b\u2060', '\u3164', 'a\u0000b'];

/** Passwords may be of any characters. */
const ANY_CHARACTERS = new Set(['password']);

describe('texts of a request', () => {
  let app: TestApp;
  let document: OpenApiDocument;
  beforeAll(async () => {
    app = await createTestApp();
    const { body } = await app.anonymous.get('/api/openapi.json').expect(200);
    document = body as OpenApiDocument;
  });
  afterAll(() => app.close());

  const resolved = (schema: Schema): Schema => {
    const name = schema.$ref?.split('/').at(-1);
    return name === undefined ? schema : document.components.schemas[name]!;
  };

  /** Paths of the texts in a body, with a body that holds nothing but that text. */
  function textsIn(schema: Schema): { path: string; bodyOf: (text: string) => unknown }[] {
    const { type, format, items, properties = {}, allOf = [] } = resolved(schema);
    if (resolved(schema).enum || ANY_CHARACTERS.has(format ?? '')) return [];
    if ([type].flat().includes('string')) return [{ path: '', bodyOf: (text) => text }];
    if (items) {
      return textsIn(items).map(({ path, bodyOf }) => ({
        path: `.0${path}`,
        bodyOf: (text) => [bodyOf(text)],
      }));
    }
    const own = Object.entries(properties).flatMap(([name, property]) =>
      textsIn(property).map(({ path, bodyOf }) => ({
        path: `.${name}${path}`,
        bodyOf: (text: string) => ({ [name]: bodyOf(text) }),
      })),
    );
    return [...own, ...allOf.flatMap(textsIn)];
  }

  async function fieldsOf(operation: Operation, body: unknown): Promise<string[]> {
    const path = operation.pathWith({
      ...operation.prefilled('path'),
      kind: 'reminder',
      id: '01a20c27-9869-72c0-b35a-d39d238ae983',
    });
    const method = operation.method as 'post' | 'put' | 'patch';
    const answer = await app.api[method](path).send(body as object);
    const { errors = [] } = answer.body as { errors?: { field: string }[] };
    return answer.status === 400 ? errors.map(({ field }) => field) : [];
  }

  it('have a visible character and no NUL, in every field of every body', async () => {
    const taken: string[] = [];
    const seen: string[] = [];
    for (const operation of operationsOf(document)) {
      for (const { path, bodyOf } of textsIn(operation.body ?? {})) {
        const field = path.slice(1);
        seen.push(`${operation.name} ${field}`);
        for (const text of INVISIBLE) {
          const named = await fieldsOf(operation, bodyOf(text));
          // A rule for each element of an array names the array.
          if (!named.includes(field) && !named.includes(field.replace(/\.0$/, '')))
            taken.push(`${operation.name} ${field} ${JSON.stringify(text)}`);
        }
      }
    }
    expect(taken).toEqual([]);
    for (const field of ['title', 'reason', 'sourceId', 'dedupeKey', 'templateKey']) {
      expect(seen).toContain(`POST /api/next-actions ${field}`);
    }
    expect(seen).toContain('POST /api/work-items/batch items.0.title');
    expect(seen).toContain('PATCH /api/work-items/{kind}/{externalId} title');
  });

  it.each([
    ['summary', { summary: ' ' }],
    ['evidence', { evidence: [{ key: 'count', label: '\u200b', value: 1 }] }],
    ['recommendedSteps', { recommendedSteps: ['Call', ' '] }],
    ['links', { links: [{ label: '\u3164', href: '/a' }] }],
  ])('are visible in the %s of an explanation', async (member, explanation) => {
    const { body } = await app.api
      .post('/api/next-actions')
      .send({ title: 'Call', explanation })
      .expect(400);
    expect((body as { detail: string }).detail).toContain(`explanation.${member} must be`);
  });
});
