import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryOutcome,
} from '../src/next-actions/delivery/delivery-action.js';

/** Tells of its work under keys that no database and no log should hold. */
@DeliveryAction({ key: 'odd_keys', label: 'Odd keys' })
class OddKeysAction implements DeliveryActionHandler {
  run(): Promise<DeliveryOutcome> {
    return Promise.resolve({ meta: { 'a\u0000b': 1, 'jane.doe@example.com': 2 } });
  }
}

describe('an action that is careless', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ providers: [OddKeysAction] });
  });
  afterAll(() => app.close());

  const executionsOf = async (id: string) =>
    (await app.api.get(`/api/next-actions/${id}/executions`).expect(200)).body.items;

  it('keeps its effect when a key of its meta holds a NUL, and the key is cleaned', async () => {
    const { id } = await createNextAction(app.api);
    await app.api.press(id, 'odd_keys').expect(200);
    const meta = { ab: 1, '[e-mail]': 2 };
    expect(await executionsOf(id)).toEqual([expect.objectContaining({ status: 'success', meta })]);
    expect(JSON.stringify(app.logs())).not.toContain('jane.doe');
  });
});
