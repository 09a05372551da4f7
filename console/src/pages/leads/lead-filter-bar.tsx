import { type JSX } from 'react';
import { ChoiceChip } from '../../ui/menu.js';
import { ScopeChip } from '../../ui/scope-chip.js';
import { STATE_CHOICES } from './lead-filters.js';

type Name = 'scope' | 'state' | 'condition' | 'open';

interface Props {
  readonly filters: Readonly<Record<Name, string>>;
  readonly onChange: (change: Partial<Record<Name, string>>) => void;
}

const TOGGLES = [
  ['condition', 'lead_unscored', 'Without a score'],
  ['open', 'true', 'Open only'],
] as const;

/** The filters of the leads; each choice changes the address. */
export function LeadFilterBar({ filters, onChange }: Props): JSX.Element {
  return (
    <>
      <ScopeChip value={filters.scope} onChange={(scope) => onChange({ scope })} />
      {TOGGLES.map(([name, on, text]) => {
        const isOn = filters[name] === on;
        return (
          <button
            key={name}
            type="button"
            className={isOn ? 'chip on' : 'chip'}
            aria-pressed={isOn}
            onClick={() => onChange({ [name]: isOn ? '' : on })}
          >
            {text}
          </button>
        );
      })}
      <ChoiceChip
        label="State"
        value={filters.state}
        choices={STATE_CHOICES}
        onChange={(state) => onChange({ state })}
      />
    </>
  );
}
