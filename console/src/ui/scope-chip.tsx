import { type JSX } from 'react';
import { useScopes } from '../api/queries.js';
import { ChoiceChip } from './menu.js';

interface Props {
  readonly value: string;
  readonly onChange: (scope: string) => void;
}

/** Chooses one of the scopes that one may see, or all of them. */
export function ScopeChip({ value, onChange }: Props): JSX.Element {
  const scopes = useScopes();
  const known = scopes.data?.items.map(({ scope }) => [scope, scope] as const) ?? [];
  return (
    <ChoiceChip
      label="All my scopes"
      value={value}
      choices={[['', 'All my scopes'], ...known]}
      onChange={onChange}
    />
  );
}
