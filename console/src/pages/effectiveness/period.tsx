import { type JSX } from 'react';
import { ChoiceChip } from '../../ui/menu.js';
import { ScopeChip } from '../../ui/scope-chip.js';
import { type FilterValues, SCOPE } from '../../ui/filter-values.js';

/** What the address may hold; days as the API takes them. */
export const PERIOD = { scope: SCOPE, days: /^(?:[1-9]\d?|[1-3]\d\d|400)$/ } as const;

export type Period = FilterValues<keyof typeof PERIOD>;

const DAYS: readonly (readonly [days: string, text: string])[] = [
  ['7', 'Last 7 days'],
  ['', 'Last 30 days'],
  ['90', 'Last 90 days'],
  ['365', 'Last 365 days'],
];

/** Without days, those that the API takes by default. */
export function daysOf({ days }: Period): number {
  return days === '' ? 30 : Number(days);
}

interface Props {
  readonly period: Period;
  readonly onChange: (change: Partial<Period>) => void;
}

/** Scope and days as chips. */
export function PeriodChips({ period, onChange }: Props): JSX.Element {
  const { scope, days } = period;
  const isListed = DAYS.some(([each]) => each === days);
  return (
    <>
      <ScopeChip value={scope} onChange={(value) => onChange({ scope: value })} />
      <ChoiceChip
        label="Last 30 days"
        value={days === '30' ? '' : days}
        choices={isListed || days === '30' ? DAYS : [...DAYS, [days, `Last ${days} days`]]}
        onChange={(value) => onChange({ days: value })}
      />
    </>
  );
}
