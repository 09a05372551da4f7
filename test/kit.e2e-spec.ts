import { readFileSync } from 'node:fs';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction, createWorkItem } from './support/builders.js';
import { waitForEvent } from './support/wait-for-event.js';

describe('the test kit', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  it('presses a custom action in under 25 lines, as its page shows', () => {
    const suite = readFileSync('test/custom-action.e2e-spec.ts', 'utf8');
    expect(suite.trimEnd().split('\n').length).toBeLessThan(25);
    expect(readFileSync('docs/testing.md', 'utf8')).toContain(`\`\`\`ts\n${suite}\`\`\``);
  });

  it('waits for the event that is meant', async () => {
    const [first, second] = [await createNextAction(app.api), await createNextAction(app.api)];
    const published = waitForEvent(
      app,
      'nba.delivery.executed',
      ({ sourceId }) => sourceId === second.id,
    );
    await app.api.press(first.id, 'mark_done').expect(200);
    await app.api.press(second.id, 'snooze_1d').expect(200);
    expect((await published).meta).toMatchObject({ actionKey: 'snooze_1d' });
  });

  it('says which event it waited for in vain', async () => {
    await expect(waitForEvent(app, 'job.failed', () => true, 1)).rejects.toThrow(
      'No job.failed within 1 ms.',
    );
  });

  it('has no unhandled rejection where a test fails before it awaits its event', async () => {
    void waitForEvent(app, 'job.failed', () => true, 1);
    // jest fails a test during which a rejection is unhandled.
    await expect(waitForEvent(app, 'job.failed', () => true, 20)).rejects.toThrow('No job.failed');
  });

  it('builds work items of any kind', async () => {
    const reminder = await createWorkItem(app.api);
    expect(reminder).toMatchObject({ kind: 'reminder', state: 'open', priority: 'medium' });
    const lead = await createWorkItem(app.api, {
      kind: 'intake_lead',
      externalId: 'kit-lead',
      attributes: { fit: 50 },
    });
    expect(lead).toMatchObject({ externalId: 'kit-lead', state: 'new', attributes: { fit: 50 } });
  });
});
