import { type JSX } from 'react';
import { type Schemas } from '../api/client.js';
import { SelectField } from './fields.js';

export type Role = Schemas['Role'];

const CHOICES: readonly (readonly [Role, string])[] = [
  ['viewer', 'viewer: reads'],
  ['operator', 'operator: presses, runs, pushes'],
  ['admin', 'admin: manages users, tokens, webhooks'],
];

interface Props {
  readonly value: Role;
  readonly onChange: (role: Role) => void;
}

/** Chooses a role, with what it may do. */
export function RoleField({ value, onChange }: Props): JSX.Element {
  return (
    <SelectField
      label="Role"
      value={value}
      choices={CHOICES}
      onChange={(role) => onChange(role as Role)}
    />
  );
}
