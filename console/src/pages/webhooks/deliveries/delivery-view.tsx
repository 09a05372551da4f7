import { type JSX } from 'react';
import { api, bodyOf } from '../../../api/client.js';
import { type Delivery, useDelivery, type Webhook, webhookKeys } from '../../../api/webhooks.js';
import { useChange } from '../../../ui/change.js';
import { Facts } from '../../../ui/facts.js';
import { Loaded } from '../../../ui/loaded.js';
import { Time } from '../../../ui/time.js';
import { readable } from './delivery-text.js';
import { TryView } from './try-view.js';

interface Props {
  readonly webhook: Webhook;
  /** As the list shows it. */
  readonly listed: Delivery;
  readonly now: number;
}

/** A delivery with every try, what is sent, and the button that sends it again. */
export function DeliveryView({ webhook, listed, now }: Props): JSX.Element {
  const delivery = useDelivery(listed);
  const resend = useChange(
    () => {
      const params = { path: { id: webhook.id, deliveryId: listed.id } };
      return bodyOf(api.POST('/api/webhooks/{id}/deliveries/{deliveryId}/resend', { params }));
    },
    {
      done: ({ eventKey }) => `${eventKey} is sent again`,
      renews: [webhookKeys.deliveries(webhook.id)],
    },
  );
  return (
    <Loaded query={delivery}>
      {({ state, attempts, body, messageId, entityType, entityId, nextTryAt }) => (
        <div className="delivery-view">
          {state !== 'pending' && webhook.enabled && (
            <p className="acts">
              <button
                type="button"
                className="b"
                disabled={resend.isPending}
                onClick={() => resend.mutate(undefined)}
              >
                Send again
              </button>
            </p>
          )}
          <Facts
            facts={[
              ['Scope', entityType === null ? null : `${entityType}/${entityId}`],
              ['webhook-id', <code className="code">{messageId}</code>],
              ['Next try', nextTryAt === null ? null : <Time at={nextTryAt} now={now} />],
            ]}
          />
          {attempts.length === 0 && <p className="sub">No try has ended yet.</p>}
          {attempts.toReversed().map((each) => (
            <TryView key={`${each.attempt} ${each.startedAt}`} one={each} now={now} />
          ))}
          <details>
            <summary>What is sent</summary>
            <pre className="json" tabIndex={0} aria-label="What is sent">
              {readable(body)}
            </pre>
          </details>
        </div>
      )}
    </Loaded>
  );
}
