import fc from 'fast-check';
import { createTestApp, type TestApp } from './support/app.js';

jest.setTimeout(120_000);

/** Values of every field that are nearly right, beside any JSON. */
const near = {
  url: fc.oneof(fc.webUrl(), fc.constantFrom('https://example.com/', 'http://[::1]/'), fc.string()),
  eventKeys: fc.array(fc.constantFrom('*', 'nba.run', 'no.such'), { maxLength: 3 }),
  scopes: fc.array(fc.constantFrom('*', 'account/*', 'account/acme', '/'), { maxLength: 3 }),
  description: fc.option(fc.string({ unit: 'binary', maxLength: 20 })),
  headers: fc.dictionary(
    fc.oneof(fc.constantFrom('x-a', 'X-A', 'constructor', 'toString'), fc.string({ maxLength: 5 })),
    fc.option(fc.string({ maxLength: 5 })),
    { maxKeys: 3 },
  ),
  enabled: fc.boolean(),
};
const bodies = fc.record(
  Object.fromEntries(
    Object.entries(near).map(([field, arbitrary]) => [
      field,
      fc.oneof({ weight: 8, arbitrary: arbitrary as fc.Arbitrary<unknown> }, fc.jsonValue()),
    ]),
  ),
  { requiredKeys: [] },
);

describe('any body about a webhook', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  it('makes one or changes one, or is refused, and what is answered can be read again', async () => {
    const made = await app.api.post('/api/webhooks', {
      url: 'https://example.com',
      eventKeys: ['*'],
    });
    const { id } = made.body as { id: string };
    await fc.assert(
      fc.asyncProperty(bodies, async ({ enabled, ...body }) => {
        const created = await app.api.post('/api/webhooks', body);
        expect([201, 400]).toContain(created.status);
        if (created.status === 201) {
          const { secret, ...shown } = created.body as { id: string; secret: string };
          const path = `/api/webhooks/${shown.id}`;
          expect(secret).toMatch(/^whsec_/);
          expect((await app.api.get(path).expect(200)).body).toEqual(shown);
          await app.api.delete(path).expect(204);
        }
        const patch = enabled === undefined ? body : { ...body, enabled };
        const changed = await app.api.patch(`/api/webhooks/${id}`, patch);
        expect([200, 400]).toContain(changed.status);
        if (changed.status !== 200) return;
        expect((await app.api.get(`/api/webhooks/${id}`)).body).toEqual(changed.body);
      }),
      { numRuns: 200 },
    );
  });
});
