import { brotliCompressSync, gzipSync } from 'node:zlib';
import { IsObject } from 'class-validator';
import { DeliveryAction } from '../src/next-actions/delivery/delivery-action.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { problems } from './support/problems.js';

class RememberInput {
  @IsObject()
  note!: object;
}

/** A DTO with free JSON. */
@DeliveryAction({ key: 'remember', label: 'Remember', input: RememberInput })
class RememberAction {
  run({ input }: { input: object }) {
    return Promise.resolve({ meta: { keys: Object.keys((input as RememberInput).note).length } });
  }
}

const list = <T>(length: number, make: (index: number) => T): T[] =>
  Array.from({ length }, (_, index) => make(index));
const keys = (count: number) => Object.fromEntries(list(count, (index) => [`k${index}`, 1]));
const item = (index: number) => ({
  kind: 'reminder',
  externalId: `limits-${index}`,
  state: 'open',
  title: 'Call Acme back',
});

describe('a body within the limit', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ providers: [RememberAction] });
  });
  afterAll(() => app.close());

  const batch = (items: unknown) => app.api.post('/api/work-items/batch', { items });

  it('of 1000 items with attributes is stored as it came', async () => {
    const attributes = { list: [1, { deep: [true, null] }], text: 'é', ...keys(20) };
    await batch(list(1000, (index) => ({ ...item(index), attributes }))).expect(200, {
      created: 1000,
      updated: 0,
      unchanged: 0,
    });
    const rows = await app.rows<{ attributes: object }>(
      `SELECT attributes FROM work_items WHERE external_id = 'limits-999'`,
    );
    expect(rows).toEqual([{ attributes }]);
  });

  it.each([
    [
      'an item with 90,000 attributes',
      [{ ...item(0), attributes: keys(90_000) }],
      ['items.0.attributes'],
    ],
    [
      'an item with 1001 attributes',
      [{ ...item(0), attributes: keys(1001) }],
      ['items.0.attributes'],
    ],
    ['an item with 60,000 unknown keys', [{ ...item(0), ...keys(60_000) }], ['items.0']],
    [
      '95 items with 1000 attributes and a list each',
      list(95, (index) => ({
        ...item(index),
        attributes: { ...keys(999), list: list(60, () => 0) },
      })),
      ['body'],
    ],
    ['1001 items', list(1001, item), ['items']],
    ['100,000 zeros', list(100_000, () => 0), ['items']],
    ['500,000 zeros', list(500_000, () => 0), ['body']],
    ['items in items', [[item(0)]], ['items.0']],
    [
      'a nested value of 21 levels',
      [
        {
          ...item(0),
          attributes: { a: JSON.parse(`${'['.repeat(18)}${']'.repeat(18)}`) as unknown },
        },
      ],
      ['body'],
    ],
  ])('of %s is a short 400 that names the field', async (_, items, fields) => {
    const { body, text } = await batch(items).expect(400);
    expect(body).toEqual(problems.validationFailed(...fields));
    expect(text.length).toBeLessThan(2000);
  });

  it.each([
    [
      '1000 items with 60 unknown keys each',
      list(1000, (index) => ({ ...item(index), ...keys(60) })),
      59_950,
      /^items\.0\.k0 is not a known field$/,
    ],
    [
      '1000 items with dates as in the US',
      list(1000, (index) => ({ ...item(index), dueAt: '11/24/2026' })),
      950,
      /^items\.0\.dueAt must be /,
    ],
    [
      '1000 items whose states do not exist',
      list(1000, (index) => ({ ...item(index), state: 'gone' })),
      950,
      /^items\.0\.state /,
    ],
    ['1000 items, all the same', list(1000, () => item(0)), 949, /^items\.1\.externalId /],
    [
      '1000 items with every field wrong',
      list(1000, () => ({ kind: 1, externalId: 1, state: 1, title: 1 })),
      3950,
      /^items\.0\.\w+ must be /,
    ],
    ['1000 zeros', list(1000, () => 0), 950, /^items\.0 must be an object$/],
    ['1000 empty lists', list(1000, () => []), 950, /^items\.0 must be an object$/],
  ])('of %s names 50 fields and counts the others', async (_, items, more, first) => {
    const { body, text } = await batch(items).expect(400);
    expect(body.errors).toHaveLength(50);
    expect(body.moreErrors).toBe(more);
    expect(body.errors[0].message).toMatch(first);
    for (const { field, message } of body.errors) expect(message).toContain(`${field} `);
    expect(new Set(body.errors.map((error: { field: string }) => error.field)).size).toBe(50);
    expect(body.detail).toMatch(/^The request is not valid: .*; .* and \d+ more\.$/);
    expect(body.detail.length).toBeLessThan(500);
    expect(text.length).toBeLessThan(20_000);
  });

  it('of an unknown key of 90,000 characters has a short answer', async () => {
    const { text } = await app.api
      .post('/api/next-actions', { title: 'x', ['k'.repeat(90_000)]: 1 })
      .expect(400);
    expect(text.length).toBeLessThan(2000);
  });

  it('is bounded in free JSON on every route, and stored as it came', async () => {
    const payload = { a: keys(900), b: [[{ c: keys(900) }]] };
    const created = await app.api
      .post('/api/next-actions', { title: 'x', payload, explanation: payload })
      .expect(201);
    expect(created.body).toMatchObject({ payload, explanation: payload });
    for (const field of ['payload', 'explanation']) {
      const { body } = await app.api
        .post('/api/next-actions', { title: 'x', [field]: { deep: keys(1001) } })
        .expect(400);
      expect(body).toEqual(problems.validationFailed(`${field}.deep`));
    }
  });

  it('is bounded in an action’s input, before and after its own class', async () => {
    const { id } = await createNextAction(app.api);
    await app.api.press(id, 'remember', { input: { note: keys(1000) } }).expect(200);
    const { body } = await app.api
      .press(id, 'remember', { input: { note: {}, ...keys(70) } })
      .expect(400);
    expect(body.errors).toHaveLength(50);
    expect(body.errors[0].message).toBe('input.k0 is not a known field');
    expect(body.moreErrors).toBe(20);
    expect((await app.api.press(id, 'remember', { input: { note: keys(1001) } })).body).toEqual(
      problems.validationFailed('input.note'),
    );
  });

  describe('that is compressed', () => {
    const zeros = Buffer.from(`{"items":[${'0,'.repeat(520_000)}0]}`);
    const send = (bytes: Buffer, encoding: string, path = '/api/work-items/batch') =>
      app.api
        .post(path)
        .set('Content-Type', 'application/json')
        .set('Content-Encoding', encoding)
        .serialize((body: unknown) => body as string)
        .send(bytes);

    it.each([
      ['gzip', gzipSync(zeros)],
      ['br', brotliCompressSync(zeros)],
    ])('with %s is bounded like any other', async (encoding, bytes) => {
      expect(bytes.length).toBeLessThan(1100);
      const { body, text } = await send(bytes, encoding).expect(400);
      expect(body).toEqual(problems.validationFailed('body'));
      expect(text.length).toBeLessThan(2000);
    });

    it('is refused past the limit of what it holds', async () => {
      const bomb = gzipSync(Buffer.alloc(100_000_000, ' '));
      expect(bomb.length).toBeLessThan(100 * 1024);
      expect((await send(bomb, 'gzip', '/api/next-actions').expect(413)).body).toEqual(
        problems.bodyTooLarge,
      );
    });

    it('is read', async () => {
      const bytes = gzipSync(JSON.stringify({ title: 'compressed' }));
      expect((await send(bytes, 'gzip', '/api/next-actions').expect(201)).body.title).toBe(
        'compressed',
      );
    });

    it.each([
      ['broken', Buffer.from('not gzip at all')],
      ['cut off', gzipSync('{"title":"x"}').subarray(0, 15)],
    ])('is refused when it is %s', async (_, bytes) => {
      expect((await send(bytes, 'gzip', '/api/next-actions').expect(400)).body).toEqual(
        problems.bodyNotJson,
      );
    });

    it('is refused in an encoding that is not listed, whatever this version of Node can read', async () => {
      await send(Buffer.from('x'), 'zstd', '/api/next-actions').expect(415);
    });
  });

  it.each(['utf-8', 'UTF-8', 'utf8', '"utf8"'])('is read with charset=%s', async (charset) => {
    const { body } = await app.api
      .post('/api/next-actions')
      .set('Content-Type', `application/json; charset=${charset}`)
      .send('{"title":"é"}')
      .expect(201);
    expect(body.title).toBe('é');
  });

  it('says that a list is not an object', async () => {
    const { body } = await app.api.post('/api/next-actions', [] as object).expect(400);
    expect(body.detail).toBe('The request body must be a JSON object, not an array.');
  });
});

describe('a query', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  it.each([
    ['a repeated parameter', '/api/next-actions?status=queued&status=done', 'status'],
    ['a nested parameter', '/api/next-actions?filter[status]=queued', 'filter[status]'],
    ['a list in brackets', '/api/work-items?state[]=open', 'state[]'],
    ['a long value', `/api/next-actions?search=${'x'.repeat(2001)}`, 'search'],
    ['51 parameters', `/api/next-actions?${list(51, (i) => `p${i}=1`).join('&')}`, 'query'],
    ['a repeated parameter on a route that takes none', '/api/auth/me?a=1&a=2', 'a'],
  ])('with %s is a 400 that names it', async (_, path, field) => {
    const { body } = await app.api.get(path).expect(400);
    expect(body).toEqual(problems.validationFailed(field));
  });
});
