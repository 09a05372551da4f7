import { type JSX } from 'react';
import { ChoiceChip } from '../../ui/menu.js';
import { priorityName } from '../../ui/priority.js';
import { ScopeChip } from '../../ui/scope-chip.js';
import { CONDITION_CHOICES, KIND_CHOICES, stateChoices, stateWith } from './item-filters.js';

const PRIORITIES = ['critical', 'high', 'medium', 'low'] as const;

type Name = 'scope' | 'kind' | 'state' | 'priority' | 'condition' | 'open';

interface Props {
  readonly filters: Readonly<Record<Name, string>>;
  readonly onChange: (change: Partial<Record<Name, string>>) => void;
}

/** The filters of the work items; each choice changes the address. */
export function ItemFilterBar({ filters, onChange }: Props): JSX.Element {
  const { scope, kind, state, priority, condition, open } = filters;
  return (
    <>
      <ScopeChip value={scope} onChange={(value) => onChange({ scope: value })} />
      <button
        type="button"
        className={open === 'true' ? 'chip on' : 'chip'}
        aria-pressed={open === 'true'}
        onClick={() => onChange({ open: open === 'true' ? '' : 'true' })}
      >
        Open only
      </button>
      <ChoiceChip
        label="Kind"
        value={kind}
        choices={KIND_CHOICES}
        onChange={(value) => onChange({ kind: value, state: stateWith(value, state) })}
      />
      <ChoiceChip
        label="State"
        value={state}
        choices={stateChoices(kind)}
        onChange={(value) => onChange({ state: value })}
      />
      <ChoiceChip
        label="Priority"
        value={priority}
        choices={[
          ['', 'Any priority'],
          ...PRIORITIES.map((each) => [each, priorityName(each)] as const),
        ]}
        onChange={(value) => onChange({ priority: value })}
      />
      <ChoiceChip
        label="Condition"
        value={condition}
        choices={CONDITION_CHOICES}
        onChange={(value) => onChange({ condition: value })}
      />
    </>
  );
}
