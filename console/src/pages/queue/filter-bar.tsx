import { type JSX, useMemo } from 'react';
import { type NextAction } from '../../api/client.js';
import { useScopes } from '../../api/queries.js';
import { ruleLabel, RULES } from '../../next-action/rule-labels.js';
import { Icon } from '../../ui/icons.js';
import { ChoiceChip } from '../../ui/menu.js';
import { priorityName } from '../../ui/priority.js';
import { type Filters, PRIORITIES } from './filters.js';

interface Props {
  readonly filters: Filters;
  /** What is listed: its rules can be chosen, too. */
  readonly items: readonly NextAction[];
  readonly onChange: (filters: Filters) => void;
}

const SNOOZED = [
  ['', 'Not snoozed'],
  ['only', 'Snoozed'],
  ['all', 'With snoozed'],
] as const;

/** The filters of the queue; each choice changes the address. */
export function FilterBar({ filters, items, onChange }: Props): JSX.Element {
  const scopes = useScopes();
  const { scope, priority, rule, assignee, snoozed } = filters;
  const set = (change: Partial<Record<keyof Filters, string>>): void =>
    onChange({ ...filters, ...change } as Filters);
  const known = scopes.data?.items.map((each) => [each.scope, each.scope] as const) ?? [];
  const rules = useMemo(() => {
    const listed = items.flatMap(({ createdByRule }) => createdByRule ?? []);
    const own = [...new Set(listed)].filter((key) => !RULES.some(([each]) => each === key));
    return [...RULES, ...own.map((key) => [key, ruleLabel(key)] as const)];
  }, [items]);
  return (
    <div className="filters" role="group" aria-label="Filters">
      <ChoiceChip
        label="All my scopes"
        value={scope}
        choices={[['', 'All my scopes'], ...known]}
        onChange={(value) => set({ scope: value })}
      />
      <button
        type="button"
        className={assignee === 'me' ? 'chip on' : 'chip'}
        aria-pressed={assignee === 'me'}
        onClick={() => set({ assignee: assignee === 'me' ? '' : 'me' })}
      >
        Assigned to me
      </button>
      <button
        type="button"
        className={assignee === 'none' ? 'chip on' : 'chip'}
        aria-pressed={assignee === 'none'}
        onClick={() => set({ assignee: assignee === 'none' ? '' : 'none' })}
      >
        Unassigned
      </button>
      {assignee !== '' && assignee !== 'me' && assignee !== 'none' && (
        <button type="button" className="chip on" onClick={() => set({ assignee: '' })}>
          Assigned to one person
          <Icon name="close" />
        </button>
      )}
      <ChoiceChip
        label="Priority"
        value={priority}
        choices={[
          ['', 'Any priority'],
          ...PRIORITIES.map((each) => [each, priorityName(each)] as const),
        ]}
        onChange={(value) => set({ priority: value })}
      />
      <ChoiceChip
        label="Rule"
        value={rule}
        choices={[['', 'Any rule'], ...rules]}
        onChange={(value) => set({ rule: value })}
      />
      <ChoiceChip
        label="Snoozed"
        value={snoozed}
        choices={SNOOZED}
        onChange={(value) => set({ snoozed: value })}
      />
    </div>
  );
}
