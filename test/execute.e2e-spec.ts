import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';

describe('the execute route', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  it('runs an action and answers with its execution', async () => {
    const { id } = await createNextAction(app.api);
    const { body } = await app.api.press(id, 'mark_done').expect(200);
    expect(body).toEqual({ ok: true, executionId: expect.any(String) as string });
  });
});
