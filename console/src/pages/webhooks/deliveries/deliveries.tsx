import { type JSX, useEffect, useRef } from 'react';
import { api, bodyOf } from '../../../api/client.js';
import { EVENT_KEYS } from '../../../api/event-keys.js';
import { type Paged, usePaged } from '../../../api/paged.js';
import { type Delivery, type Webhook, webhookKeys } from '../../../api/webhooks.js';
import { useOnLive } from '../../../live/renewed.js';
import { Badge } from '../../../ui/badge.js';
import { Empty, List } from '../../../ui/list.js';
import { ChoiceChip } from '../../../ui/menu.js';
import { Time, useNow } from '../../../ui/time.js';
import { isUnderWay, outcomeOf, sinceOf, SPANS, TONES } from './delivery-text.js';
import { DeliveryView } from './delivery-view.js';

/** The filters of the list, and the delivery that is open; they stand in the address. */
export interface DeliveryChoice {
  readonly state: string;
  readonly event: string;
  readonly since: string;
  readonly delivery: string;
}

interface Props {
  readonly webhook: Webhook;
  readonly choice: DeliveryChoice;
  readonly onChange: (change: Partial<DeliveryChoice>) => void;
}

const ALL = '*';
/** The event of a test. */
const TEST = 'webhook.test';
const STATES = [
  ['', 'Any state'],
  ['pending', 'pending'],
  ['delivered', 'delivered'],
  ['failed', 'failed'],
] as const;

/** The deliveries of a webhook, the newest event first, each with its tries. */
export function Deliveries({ webhook, choice, onChange }: Props): JSX.Element {
  const { state, event, since, delivery: opened } = choice;
  const now = useNow(10_000);
  const list = useDeliveries(webhook, choice, now);
  const isAll = webhook.eventKeys.includes(ALL);
  const events = [...(isAll ? EVENT_KEYS : webhook.eventKeys), TEST];
  const isFiltered = state !== '' || event !== '' || since !== '';
  return (
    <>
      <div className="acts" role="group" aria-label="Filters of the deliveries">
        <ChoiceChip
          label="State"
          value={state}
          choices={STATES}
          onChange={(value) => onChange({ state: value })}
        />
        <ChoiceChip
          label="Event"
          value={event}
          choices={[['', 'Any event'], ...events.map((key) => [key, key] as const)]}
          onChange={(value) => onChange({ event: value })}
        />
        <ChoiceChip
          label="Since"
          value={since}
          choices={SPANS}
          onChange={(value) => onChange({ since: value })}
        />
      </div>
      <List list={list} empty={<NoDeliveries isFiltered={isFiltered} />}>
        {(deliveries) => (
          <ul className="deliveries" role="list">
            {deliveries.map((delivery) => (
              <li key={delivery.id}>
                <DeliveryLine
                  delivery={delivery}
                  isOpen={delivery.id === opened}
                  now={now}
                  onToggle={(isOpen) => onChange({ delivery: isOpen ? delivery.id : '' })}
                />
                {delivery.id === opened && (
                  <DeliveryView webhook={webhook} listed={delivery} now={now} />
                )}
              </li>
            ))}
          </ul>
        )}
      </List>
    </>
  );
}

/** Pause before a delivery that is under way is looked at again, in ms. */
const LOOK_AGAIN_MS = 2000;

/** Follows the events that the webhook gets, and tries that are under way, which leave no event. */
function useDeliveries(
  { id, eventKeys }: Webhook,
  { state, event, since }: DeliveryChoice,
  now: number,
): Paged<Delivery> {
  const list = usePaged(
    [...webhookKeys.deliveries(id), 'list', { state, event, since }],
    (paging) => {
      const query = {
        ...paging,
        ...(state === '' ? {} : { state: state as Delivery['state'] }),
        ...(event === '' ? {} : { eventKey: event }),
        since: sinceOf(since, Date.now()),
      };
      return bodyOf(api.GET('/api/webhooks/{id}/deliveries', { params: { path: { id }, query } }));
    },
  );
  useOnLive(eventKeys.includes(ALL) ? [''] : eventKeys, list.changed);
  const changed = useRef(list.changed);
  useEffect(() => {
    changed.current = list.changed;
  });
  const looksAgain = list.items.some((delivery) => isUnderWay(delivery, now));
  useEffect(() => {
    if (!looksAgain) return undefined;
    const timer = setInterval(() => changed.current(), LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [looksAgain]);
  return list;
}

interface LineProps {
  readonly delivery: Delivery;
  readonly isOpen: boolean;
  readonly now: number;
  readonly onToggle: (isOpen: boolean) => void;
}

function DeliveryLine({ delivery, isOpen, now, onToggle }: LineProps): JSX.Element {
  const { eventKey, state, tries, createdAt } = delivery;
  return (
    <button
      type="button"
      className="delivery"
      aria-expanded={isOpen}
      onClick={() => onToggle(!isOpen)}
    >
      <span className="delivery-key">{eventKey}</span>
      <span className="tag">
        <Time at={createdAt} now={now} />
      </span>
      <Badge tone={TONES[state]} text={state} />
      <span className="tag delivery-outcome" title={delivery.lastError ?? undefined}>
        {outcomeOf(delivery)}
        {tries > 1 && ` · ${tries} tries`}
      </span>
    </button>
  );
}

function NoDeliveries({ isFiltered }: { readonly isFiltered: boolean }): JSX.Element {
  return (
    <Empty title={isFiltered ? 'No delivery matches these filters' : 'No deliveries yet'}>
      {!isFiltered && (
        <p className="sub">
          Each event that it wants appears here, with every try to send it. <em>Test</em> sends one
          now.
        </p>
      )}
    </Empty>
  );
}
