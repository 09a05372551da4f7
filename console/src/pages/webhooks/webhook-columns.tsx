import { type JSX } from 'react';
import { Link } from 'wouter';
import { useNewestDelivery, type Webhook } from '../../api/webhooks.js';
import { Badge } from '../../ui/badge.js';
import { ScopeTexts } from '../../ui/scope-texts.js';
import { type Column } from '../../ui/table.js';
import { Time } from '../../ui/time.js';
import { outcomeOf, shortOutcomeOf, TONES } from './deliveries/delivery-text.js';
import { WebhookState } from './webhook-state.js';
import { eventsOf, placeOf } from './webhook-text.js';

/** The columns of the list of webhooks. */
export function columnsOf(now: number): readonly Column<Webhook>[] {
  return [
    {
      name: 'Webhook',
      isWide: true,
      cell: ({ id, url, description }) => (
        <>
          <div>
            <Link className="row-title" href={`/webhooks?id=${id}`}>
              {placeOf(url)}
            </Link>
          </div>
          {description !== null && <div className="sub">{description}</div>}
        </>
      ),
    },
    {
      name: 'Events, scopes',
      isWide: true,
      cell: ({ eventKeys, scopes }) => (
        <>
          <div className="code" title={eventKeys.join(', ')}>
            {eventsOf(eventKeys)}
          </div>
          <ScopeTexts scopes={scopes} />
        </>
      ),
    },
    { name: 'State', cell: (webhook) => <WebhookState webhook={webhook} now={now} /> },
    { name: 'Newest delivery', cell: ({ id }) => <Newest id={id} now={now} /> },
  ];
}

/** What the delivery of the newest event came to. */
function Newest({ id, now }: { readonly id: string; readonly now: number }): JSX.Element | null {
  const { data } = useNewestDelivery(id);
  if (data === undefined) return null;
  if (data === null) return <span className="tag">none yet</span>;
  return (
    <>
      <span title={outcomeOf(data)}>
        <Badge tone={TONES[data.state]} text={shortOutcomeOf(data)} />
      </span>{' '}
      <span className="tag">
        <Time at={data.updatedAt} now={now} />
      </span>
    </>
  );
}
