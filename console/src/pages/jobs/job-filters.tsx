import { type JSX } from 'react';
import { type Schemas } from '../../api/client.js';
import { type Tone } from '../../ui/badge.js';
import { Icon } from '../../ui/icons.js';
import { ChoiceChip } from '../../ui/menu.js';
import { type FilterValues, given, SCOPE, searchOf, UUID } from '../../ui/filter-values.js';

export type Job = Schemas['JobAnswer'];
export type JobState = Schemas['JobState'];

interface StateText {
  readonly name: string;
  readonly tone: Tone;
}

/** The states in the order in which they need somebody; one of the API that is missing here does not compile. */
export const STATES: Readonly<Record<JobState, StateText>> = {
  dead_lettered: { name: 'dead-lettered', tone: 'bad' },
  retrying: { name: 'retrying', tone: 'warn' },
  running: { name: 'running', tone: 'good' },
  waiting: { name: 'waiting', tone: 'quiet' },
  completed: { name: 'completed', tone: 'good' },
  cancelled: { name: 'cancelled', tone: 'quiet' },
};
export const STATE_NAMES = Object.entries(STATES).map(
  ([state, { name }]) => [state as JobState, name] as const,
);

/** What the address may hold. */
export const JOB_FILTERS = {
  scope: SCOPE,
  type: /^\S{1,100}$/,
  state: new RegExp(`^(?:${Object.keys(STATES).join('|')})$`),
  nextActionId: UUID,
  id: UUID,
} as const;

export type JobFilters = FilterValues<keyof typeof JOB_FILTERS>;

export function jobsAddress(filters: Partial<JobFilters>): string {
  return `/jobs${searchOf(filters)}`;
}

/** What the list is asked for; without a scope, for the jobs of all scopes and of none. */
export function jobQuery(filters: JobFilters): Record<string, string> {
  const { scope, type, state, nextActionId } = filters;
  return given({ scope, type, state, nextActionId });
}

interface Props {
  readonly filters: JobFilters;
  /** The types that there are. */
  readonly types: readonly string[];
  readonly onChange: (change: Partial<JobFilters>) => void;
}

/** Type, state and next best action as chips. */
export function JobFilterChips({ filters, types, onChange }: Props): JSX.Element {
  return (
    <>
      <ChoiceChip
        label="Type"
        value={filters.type}
        choices={[['', 'Any type'], ...types.map((each) => [each, each] as const)]}
        onChange={(type) => onChange({ type })}
      />
      <ChoiceChip
        label="State"
        value={filters.state}
        choices={[['', 'Any state'], ...STATE_NAMES]}
        onChange={(state) => onChange({ state })}
      />
      {filters.nextActionId !== '' && (
        <button type="button" className="chip on" onClick={() => onChange({ nextActionId: '' })}>
          Of one next best action
          <Icon name="close" />
        </button>
      )}
    </>
  );
}
