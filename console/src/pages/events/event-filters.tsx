import { type JSX } from 'react';
import { EVENT_KEYS } from '../../api/event-keys.js';
import { useNames } from '../../api/names.js';
import { useSignedIn } from '../../api/rights.js';
import { Icon } from '../../ui/icons.js';
import { ChoiceChip } from '../../ui/menu.js';
import { ScopeChip } from '../../ui/scope-chip.js';
import { given, SCOPE, searchOf, UUID } from '../../ui/filter-values.js';
import { type EventFilters } from './selects.js';
import { TimeChip } from './time-chip.js';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z$/;

/** What the address may hold, by the names of the API. */
export const EVENT_FILTERS = {
  scope: SCOPE,
  eventKey: new RegExp(`^(?:${EVENT_KEYS.map((key) => key.replaceAll('.', '\\.')).join('|')})$`),
  level: /^(?:info|warn|error)$/,
  actorId: UUID,
  nextActionId: UUID,
  since: INSTANT,
  until: INSTANT,
} as const;

export const NO_FILTERS: EventFilters = {
  scope: '',
  eventKey: '',
  level: '',
  actorId: '',
  nextActionId: '',
  since: '',
  until: '',
};

export function eventsAddress(filters: Partial<EventFilters>): string {
  return `/events${searchOf(filters)}`;
}

/** What the list is asked for; without a scope, for the events of all scopes and of none. */
export function eventQuery(filters: EventFilters): Record<string, string> {
  return given(filters);
}

interface Props {
  readonly filters: EventFilters;
  readonly onChange: (change: Partial<EventFilters>) => void;
}

/** Every filter of the feed as a chip. */
export function EventFilterChips({ filters, onChange }: Props): JSX.Element {
  const { actorId, nextActionId } = filters;
  const me = useSignedIn();
  const names = useNames();
  const others = [...names].filter(([id]) => id !== me.id);
  const isUnknown = actorId !== '' && !names.has(actorId);
  return (
    <>
      <ScopeChip value={filters.scope} onChange={(scope) => onChange({ scope })} />
      <ChoiceChip
        label="Event"
        value={filters.eventKey}
        choices={[['', 'Any event'], ...EVENT_KEYS.map((key) => [key, key] as const)]}
        onChange={(eventKey) => onChange({ eventKey })}
      />
      <ChoiceChip
        label="Level"
        value={filters.level}
        choices={[
          ['', 'Any level'],
          ['info', 'info'],
          ['warn', 'warn'],
          ['error', 'error'],
        ]}
        onChange={(level) => onChange({ level })}
      />
      <ChoiceChip
        label="Actor"
        value={actorId}
        choices={[
          ['', 'Anybody'],
          [me.id, 'Me'],
          ...others,
          ...(isUnknown ? [[actorId, `Actor ${actorId.slice(0, 8)}…`] as const] : []),
        ]}
        onChange={(id) => onChange({ actorId: id })}
      />
      {nextActionId !== '' && (
        <button type="button" className="chip on" onClick={() => onChange({ nextActionId: '' })}>
          Of one next best action
          <Icon name="close" />
        </button>
      )}
      <TimeChip since={filters.since} until={filters.until} onChange={onChange} />
    </>
  );
}
