import { type JSX } from 'react';
import { Link } from 'wouter';
import { type LiveEvent } from '../../live/live.js';
import { nextActionOf } from '../../live/next-action-of.js';
import { NextActionLink } from '../../next-action/next-action-link.js';
import { Copyable } from '../../ui/copyable.js';
import { Facts } from '../../ui/facts.js';
import { Json } from '../../ui/json.js';
import { exactTime } from '../../ui/relative-time.js';
import { searchOf } from '../../ui/filter-values.js';
import { eventsAddress } from './event-filters.js';
import { jobOf } from './event-text.js';
import { type EventFilters } from './selects.js';

interface Props {
  readonly event: LiveEvent;
  readonly actor: string | undefined;
  readonly filters: EventFilters;
}

/** Everything that is on record of an event, with the ways on from it. */
export function EventDetails({ event, actor, filters }: Props): JSX.Element {
  const { eventKey, status, actorId, sourceType, sourceId, requestId, durationMs } = event;
  const nextActionId = nextActionOf(event);
  const job = jobOf(event);
  return (
    <>
      <Facts
        facts={[
          ['Time', exactTime(event.createdAt)],
          ['Status', status],
          ['Next best action', nextActionId && <NextActionLink id={nextActionId} />],
          ['Job', job && <Link href={`/jobs${searchOf({ id: job })}`}>{job}</Link>],
          [
            'Risk flag',
            sourceType === 'risk_flag' && sourceId !== null ? (
              <Link href={`/risk${searchOf({ id: sourceId })}`}>{sourceId}</Link>
            ) : null,
          ],
          ['Source', sourceType && [sourceType, sourceId].filter(Boolean).join(' ')],
          ['Actor', actorId && (actor ?? actorId)],
          ['Error', event.errorCode],
          ['Message', event.errorMessage],
          ['Duration', durationMs === null ? null : `${durationMs} ms`],
          ['Request', requestId && <Copyable name="request id" text={requestId} />],
          ['Id', <Copyable key="id" name="event id" text={event.id} />],
        ]}
      />
      <Json label="Meta" value={event.meta} />
      <p className="links">
        <Link href={eventsAddress({ ...filters, eventKey })}>Only {eventKey}</Link>
        {actorId !== null && (
          <Link href={eventsAddress({ ...filters, actorId })}>Only of this actor</Link>
        )}
        {nextActionId !== undefined && (
          <Link href={eventsAddress({ nextActionId })}>All events of the action</Link>
        )}
      </p>
    </>
  );
}
