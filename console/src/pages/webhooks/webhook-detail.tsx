import { type JSX } from 'react';
import { useUserNames } from '../../api/user-names.js';
import { useWebhook, type Webhook, type WebhookWithSecret } from '../../api/webhooks.js';
import { Facts } from '../../ui/facts.js';
import { Loaded } from '../../ui/loaded.js';
import { Time, useNow } from '../../ui/time.js';
import { Deliveries, type DeliveryChoice } from './deliveries/deliveries.js';
import { WebhookActs } from './webhook-acts.js';
import { WebhookState } from './webhook-state.js';
import { placeOf } from './webhook-text.js';

interface Props {
  readonly id: string;
  readonly choice: DeliveryChoice;
  readonly onChange: (change: Partial<DeliveryChoice>) => void;
  readonly onSecret: (webhook: WebhookWithSecret) => void;
  readonly onDeleted: () => void;
}

/** Everything about one webhook, with its deliveries. */
export function WebhookDetail({ id, choice, onChange, onSecret, onDeleted }: Props): JSX.Element {
  const query = useWebhook(id);
  const now = useNow(60_000);
  return (
    <Loaded query={query}>
      {(webhook) => (
        <>
          <div className="meta">
            <WebhookState webhook={webhook} now={now} />
          </div>
          <h2 className="detail-title">{placeOf(webhook.url)}</h2>
          {webhook.description !== null && <p className="sub">{webhook.description}</p>}
          <WebhookActs webhook={webhook} now={now} onSecret={onSecret} onDeleted={onDeleted} />
          <WebhookFacts webhook={webhook} now={now} />
          <h3 className="section-title">Deliveries</h3>
          <Deliveries webhook={webhook} choice={choice} onChange={onChange} />
        </>
      )}
    </Loaded>
  );
}

function WebhookFacts({ webhook, now }: { webhook: Webhook; now: number }): JSX.Element {
  const { url, eventKeys, scopes, headerNames, createdBy, createdAt, updatedAt } = webhook;
  const { disabledAt, previousSecretUntil } = webhook;
  const users = useUserNames();
  const maker = createdBy === null ? '' : ` by ${users.get(createdBy) ?? 'somebody else'}`;
  return (
    <section>
      <h3 className="section-title">What it gets</h3>
      <Facts
        facts={[
          ['URL', <span className="code">{url}</span>],
          ['Events', <span className="code">{eventKeys.join(', ')}</span>],
          ['Scopes', <span className="code">{scopes.join(', ')}</span>],
          [
            'Headers',
            headerNames.length === 0 ? (
              'none'
            ) : (
              <span className="code" title="Their values are never shown">
                {headerNames.join(', ')}
              </span>
            ),
          ],
          [
            'Made',
            <>
              <Time at={createdAt} now={now} />
              {maker}
            </>,
          ],
          ['Changed', updatedAt === createdAt ? null : <Time at={updatedAt} now={now} />],
          ['Disabled', disabledAt === null ? null : <Time at={disabledAt} now={now} />],
          [
            'Earlier secret',
            previousSecretUntil === null ? null : (
              <>
                ends <Time at={previousSecretUntil} now={now} />
              </>
            ),
          ],
        ]}
      />
    </section>
  );
}
