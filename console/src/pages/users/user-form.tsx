import { type JSX, useState } from 'react';
import { api, bodyOf } from '../../api/client.js';
import { keys } from '../../api/queries.js';
import { useSignedIn } from '../../api/rights.js';
import { useChange } from '../../ui/change.js';
import { TextField } from '../../ui/fields.js';
import { FormDialog } from '../../ui/form-dialog.js';
import { NewPasswordField } from '../../ui/new-password-field.js';
import { RoleField } from '../../ui/role-field.js';
import { ScopesField } from '../../ui/scopes-field.js';
import { newUserOf, patchOf, type User, type UserValues, valuesOf } from './user-values.js';
import { USERS } from './users-key.js';

interface Props {
  /** Who is changed; without, a user is added. */
  readonly user?: User;
  readonly onClose: () => void;
}

/** Adds a user, or changes one. */
export function UserForm({ user, onClose }: Props): JSX.Element {
  const isMe = useSignedIn().id === user?.id;
  const [values, setValues] = useState(() => valuesOf(user));
  const set = (change: Partial<UserValues>): void => setValues({ ...values, ...change });
  const change = useChange(() => (user ? patch(user, values) : add(values)), {
    done: ({ name }) => (user ? `${name} was changed` : `${name} was added`),
    renews: isMe ? [USERS, keys.me] : [USERS],
    onDone: onClose,
    showsProblem: true,
  });
  const hasChanges = !user || Object.keys(patchOf(user, values)).length > 0;
  return (
    <FormDialog
      title={user ? `Change ${user.name}` : 'Add a user'}
      description={isMe ? 'This is you: the menu of your name changes your password.' : undefined}
      submitLabel={user ? 'Save' : 'Add'}
      change={change}
      onSubmit={() => (hasChanges ? change.mutate(undefined) : onClose())}
      onClose={onClose}
    >
      <TextField
        label="E-mail"
        type="email"
        autoComplete="off"
        required
        value={values.email}
        onChange={(email) => set({ email })}
      />
      <TextField
        label="Name"
        autoComplete="off"
        required={user !== undefined}
        help={user ? undefined : 'Without one, what stands before the @.'}
        maxLength={100}
        value={values.name}
        onChange={(name) => set({ name })}
      />
      <RoleField value={values.role} onChange={(role) => set({ role })} />
      <ScopesField required value={values.scopes} onChange={(scopes) => set({ scopes })} />
      {!isMe && (
        <NewPasswordField
          label={user ? 'New password' : 'First password'}
          help={
            user
              ? 'Leave it empty to keep the password. A new one ends all sessions of this user.'
              : 'At least 12 characters, and not easy to guess.'
          }
          required={!user}
          value={values.password}
          onChange={(password) => set({ password })}
        />
      )}
    </FormDialog>
  );
}

function add(values: UserValues): Promise<User> {
  return bodyOf(api.POST('/api/users', { body: newUserOf(values) }));
}

function patch(user: User, values: UserValues): Promise<User> {
  const params = { path: { id: user.id } };
  return bodyOf(api.PATCH('/api/users/{id}', { params, body: patchOf(user, values) }));
}
