import { useQuery } from '@tanstack/react-query';
import { type JSX } from 'react';
import { api, bodyOf } from '../api/client.js';
import { keys } from '../api/queries.js';
import { Time } from '../ui/time.js';
import { Section } from './section.js';

/** How many events are shown. */
const NEWEST = 20;

/** The newest events about a next best action. */
export function Events({
  id,
  now,
}: {
  readonly id: string;
  readonly now: number;
}): JSX.Element | null {
  const { data } = useQuery({
    queryKey: [...keys.nextAction(id), 'events'],
    queryFn: () =>
      bodyOf(
        api.GET('/api/ops-events', { params: { query: { nextActionId: id, pageSize: NEWEST } } }),
      ),
  });
  if (!data || data.items.length === 0) return null;
  return (
    <Section title="Events">
      <ul className="events" role="list">
        {data.items.map((event) => (
          <li key={event.id}>
            <code>{event.eventKey}</code>
            <span className="when">
              <Time at={event.createdAt} now={now} />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
