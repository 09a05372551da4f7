import { type JSX } from 'react';
import { type LiveEvent } from '../../live/live.js';
import { Badge, type Tone } from '../../ui/badge.js';
import { Time } from '../../ui/time.js';
import { EventDetails } from './event-details.js';
import { scopeOfEvent, summaryOf } from './event-text.js';
import { type EventFilters } from './selects.js';

interface Props {
  readonly event: LiveEvent;
  readonly actor: string | undefined;
  readonly filters: EventFilters;
  readonly now: number;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

const TONES: Readonly<Record<LiveEvent['level'], Tone>> = {
  info: 'quiet',
  warn: 'warn',
  error: 'bad',
};

/** One event in a line, which opens into everything that is on record of it. */
export function EventRow(props: Props): JSX.Element {
  const { event, actor, filters, now, isOpen, onToggle } = props;
  const details = `event-${event.id}`;
  return (
    <li className={isOpen ? 'sel' : undefined}>
      <div className="event">
        <span className="when">
          <Time at={event.createdAt} now={now} />
        </span>
        <Badge tone={TONES[event.level]} text={event.level} />
        <div className="text">
          <button
            type="button"
            className="row-title"
            aria-expanded={isOpen}
            aria-controls={isOpen ? details : undefined}
            onClick={onToggle}
          >
            {event.eventKey}
          </button>{' '}
          <span className="sub">{summaryOf(event)}</span>
        </div>
        <span className="tag">{scopeOfEvent(event)}</span>
        <span className="tag">{actor}</span>
      </div>
      {isOpen && (
        <div id={details} className="event-details">
          <EventDetails event={event} actor={actor} filters={filters} />
        </div>
      )}
    </li>
  );
}
