import { DeliveryAction } from '../src/next-actions/delivery/delivery-action.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { waitForEvent } from './support/wait-for-event.js';

@DeliveryAction({ key: 'wave', label: 'Wave' })
class WaveAction {
  run() {
    return Promise.resolve({ meta: { waved: true } });
  }
}

describe('wave', () => {
  let app: TestApp;
  beforeAll(async () => (app = await createTestApp({ providers: [WaveAction] })));
  afterAll(() => app.close());

  it('waves, and publishes it', async () => {
    const { id } = await createNextAction(app.api);
    const published = waitForEvent(app, 'nba.delivery.executed');
    await app.api.press(id, 'wave').expect(200);
    expect((await published).meta).toMatchObject({ actionKey: 'wave', result: { waved: true } });
  });
});
