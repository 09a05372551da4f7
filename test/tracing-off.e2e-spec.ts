import { createTestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { eventually } from './support/eventually.js';
import { clientTrace } from './support/spans.js';
import { WebhookReceiver } from './support/webhook-receiver.js';
import { addEndpoint, answers, QUICK_WEBHOOKS } from './support/webhooks.js';

jest.setTimeout(120_000);

describe('without traces', () => {
  it('nothing is stored, sent or logged of a traceparent', async () => {
    const receiver = await WebhookReceiver.start(answers(204));
    const app = await createTestApp({ env: QUICK_WEBHOOKS });
    try {
      await addEndpoint(app, { url: receiver.url, eventKeys: ['nba.delivery.executed'] });
      const { id } = await createNextAction(app.api);
      await app.api.press(id, 'mark_done').set(clientTrace()).expect(200);
      await eventually('the webhook', () => receiver.received.length === 1);
      expect(receiver.received[0]!.headers).not.toHaveProperty('traceparent');
      const stored = await app.rows(
        `SELECT trace_parent FROM ops_events WHERE trace_parent IS NOT NULL
         UNION ALL SELECT trace_parent FROM webhook_deliveries WHERE trace_parent IS NOT NULL
         UNION ALL SELECT trace_parent FROM jobs WHERE trace_parent IS NOT NULL`,
      );
      expect(stored).toEqual([]);
      expect(JSON.stringify(app.logs())).not.toMatch(/traceId|traceParent/);
    } finally {
      await app.close();
      await receiver.close();
    }
  });
});
