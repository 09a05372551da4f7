import { type JSX, useState } from 'react';
import { api, bodyOf } from '../../api/client.js';
import { usePaged } from '../../api/paged.js';
import { Empty } from '../../ui/list.js';
import { Page } from '../../ui/page.js';
import { useUrlFilters } from '../../ui/url-filters.js';
import { EVENT_FILTERS, EventFilterChips, eventQuery, NO_FILTERS } from './event-filters.js';
import { Feed } from './feed.js';
import { type EventFilters } from './selects.js';
import '../../styles/events.css';

const PAGE_SIZE = 50;

/** Everything that happened, the newest first, followed live. */
export function EventsPage(): JSX.Element {
  const [filters, setFilters] = useUrlFilters(EVENT_FILTERS);
  const [isPaused, setPaused] = useState(false);
  return (
    <Page
      title="Events"
      acts={
        <button type="button" className="b" onClick={() => setPaused(!isPaused)}>
          {isPaused ? 'Follow' : 'Pause'}
        </button>
      }
      filters={<EventFilterChips filters={filters} onChange={setFilters} />}
    >
      {/* Other filters are another feed: nothing that came in for those before is in it. */}
      <FilteredFeed
        key={JSON.stringify(filters)}
        filters={filters}
        isPaused={isPaused}
        onClear={() => setFilters(NO_FILTERS)}
      />
    </Page>
  );
}

interface Props {
  readonly filters: EventFilters;
  readonly isPaused: boolean;
  readonly onClear: () => void;
}

function FilteredFeed({ filters, isPaused, onClear }: Props): JSX.Element {
  const query = eventQuery(filters);
  const read = (paging: { pageSize: number; cursor?: string }) =>
    bodyOf(api.GET('/api/ops-events', { params: { query: { ...query, ...paging } } }));
  const list = usePaged(['events', query], read);
  const isFiltered = Object.keys(query).length > 0;
  return (
    <Feed
      list={list}
      filters={filters}
      readNewest={async () => (await read({ pageSize: PAGE_SIZE })).items}
      isPaused={isPaused}
      empty={isFiltered ? <NoMatch onClear={onClear} /> : <NoEvents />}
    />
  );
}

function NoMatch({ onClear }: { readonly onClear: () => void }): JSX.Element {
  return (
    <Empty title="No event matches these filters">
      <p className="sub">One that comes in is shown here.</p>
      <button type="button" className="b" onClick={onClear}>
        Clear the filters
      </button>
    </Empty>
  );
}

function NoEvents(): JSX.Element {
  return (
    <Empty title="No events">
      <p className="sub">
        Every press, every run of the rules, every change and every failed job leaves one, which is
        shown here as it comes in.
      </p>
    </Empty>
  );
}
