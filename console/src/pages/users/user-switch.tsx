import { type JSX, useState } from 'react';
import { api, bodyOf } from '../../api/client.js';
import { useSignedIn } from '../../api/rights.js';
import { useChange } from '../../ui/change.js';
import { FormDialog } from '../../ui/form-dialog.js';
import { type User } from './user-values.js';
import { USERS } from './users-key.js';

/** Disables a user, after a question, or enables one. */
export function UserSwitch({ user }: { readonly user: User }): JSX.Element {
  const [asks, setAsks] = useState(false);
  const isMe = useSignedIn().id === user.id;
  const change = useChange(() => setDisabled(user, !user.disabled), {
    done: ({ name, disabled }) => `${name} was ${disabled ? 'disabled' : 'enabled'}`,
    renews: [USERS],
    onDone: () => setAsks(false),
    showsProblem: asks,
  });
  const verb = user.disabled ? 'Enable' : 'Disable';
  return (
    <>
      <button
        type="button"
        className="b"
        aria-label={`${verb} ${user.name}`}
        disabled={change.isPending}
        onClick={() => (user.disabled ? change.mutate(undefined) : setAsks(true))}
      >
        {verb}
      </button>
      {asks && (
        <FormDialog
          title={`Disable ${user.name}?`}
          description={`All sessions of ${user.email} end at once, and no sign-in works until the user is enabled again. Service tokens and webhooks that the user made go on.${isMe ? ' This is you: you are signed out.' : ''}`}
          submitLabel="Disable"
          danger
          change={change}
          onSubmit={() => change.mutate(undefined)}
          onClose={() => {
            change.reset();
            setAsks(false);
          }}
        />
      )}
    </>
  );
}

function setDisabled({ id }: User, disabled: boolean): Promise<User> {
  return bodyOf(api.PATCH('/api/users/{id}', { params: { path: { id } }, body: { disabled } }));
}
