import { type JSX, useState } from 'react';
import { api, bodyOf, type Schemas } from '../../api/client.js';
import { type Paged } from '../../api/paged.js';
import { isLost } from '../../api/is-lost.js';
import { useChange } from '../../ui/change.js';
import { SelectField, TextField } from '../../ui/fields.js';
import { FormDialog } from '../../ui/form-dialog.js';
import { RoleField } from '../../ui/role-field.js';
import { ScopesField } from '../../ui/scopes-field.js';
import {
  LIVES,
  madeMeanwhile,
  NEW_TOKEN,
  newTokenOf,
  type Token,
  type TokenValues,
} from './token-values.js';
import { TOKENS } from './tokens-key.js';

type MadeToken = Schemas['NewServiceTokenAnswer'];

interface Props {
  readonly list: Paged<Token>;
  readonly onMade: (token: MadeToken) => void;
  readonly onClose: () => void;
}

/** Makes a service token. */
export function TokenForm({ list, onMade, onClose }: Props): JSX.Element {
  const [values, setValues] = useState(NEW_TOKEN);
  const [before, setBefore] = useState<ReadonlySet<string>>(new Set());
  const set = (change: Partial<TokenValues>): void => setValues({ ...values, ...change });
  const change = useChange(make, {
    renews: [TOKENS],
    onDone: onMade,
    missed: ({ name }) =>
      `The token of ${name} was made, and nobody saw its value: revoke it and make another`,
    showsProblem: true,
  });
  return (
    <FormDialog
      title="Make a service token"
      description="For a machine: it signs in with the token, and needs no password."
      submitLabel={isLost(change.error) ? 'Make another' : 'Make'}
      change={change}
      lost={<Found found={madeMeanwhile(list.items, before, values.name)} name={values.name} />}
      onSubmit={() => {
        setBefore(new Set(list.items.map(({ id }) => id)));
        change.mutate(values);
      }}
      onClose={onClose}
    >
      <TextField
        label="Name"
        required
        autoComplete="off"
        maxLength={100}
        placeholder="CRM push"
        help="What it is for: the history shows it."
        value={values.name}
        onChange={(name) => set({ name })}
      />
      <RoleField value={values.role} onChange={(role) => set({ role })} />
      <ScopesField required value={values.scopes} onChange={(scopes) => set({ scopes })} />
      <SelectField
        label="Expires"
        choices={LIVES}
        value={values.life}
        onChange={(life) => set({ life })}
      />
      {values.life === 'date' && (
        <TextField
          label="Day"
          type="date"
          required
          help="At most a year ahead."
          value={values.date}
          onChange={(date) => set({ date })}
        />
      )}
    </FormDialog>
  );
}

/** Says what the list, which was read anew, holds after an answer was lost. */
function Found({
  found,
  name,
}: {
  readonly found: readonly Token[];
  readonly name: string;
}): JSX.Element {
  return (
    <>
      <p>
        The outcome is unknown: the token may have been made, and then nobody has its value. Look in
        the list first.
      </p>
      <p>
        {found.length === 0
          ? `The list, read anew, shows no new token “${name.trim()}” so far.`
          : `The list shows a new token “${name.trim()}” (${found.map(({ prefix }) => `${prefix}…`).join(', ')}): close this, revoke it, and make another.`}
      </p>
    </>
  );
}

function make(values: TokenValues): Promise<MadeToken> {
  return bodyOf(api.POST('/api/service-tokens', { body: newTokenOf(values, Date.now()) }));
}
