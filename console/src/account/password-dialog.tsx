import { type JSX, useState } from 'react';
import { api, bodyOf } from '../api/client.js';
import { useSignedIn } from '../api/rights.js';
import { useChange } from '../ui/change.js';
import { TextField } from '../ui/fields.js';
import { FormDialog } from '../ui/form-dialog.js';
import { NewPasswordField } from '../ui/new-password-field.js';

/** Changes the password of who is signed in. */
export function PasswordDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const { email } = useSignedIn();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useChange(
    () => bodyOf(api.POST('/api/auth/password', { body: { current, next } })),
    {
      done: () => 'The password was changed; your other sessions ended',
      renews: [],
      onDone: onClose,
      showsProblem: true,
    },
  );
  return (
    <FormDialog
      title="Change your password"
      description="This session goes on. All your other sessions end, and bearer tokens that were issued before."
      submitLabel="Change"
      change={change}
      onSubmit={() => change.mutate(undefined)}
      lost="The outcome is unknown: the password may have been changed. Try the new one as the current one."
      onClose={onClose}
    >
      {/* For password managers: whose password it is. */}
      <input
        type="text"
        autoComplete="username"
        aria-label="E-mail"
        hidden
        readOnly
        value={email ?? ''}
      />
      <TextField
        label="Current password"
        type="password"
        autoComplete="current-password"
        required
        value={current}
        onChange={setCurrent}
      />
      <NewPasswordField
        label="New password"
        help="At least 12 characters, and not easy to guess."
        required
        value={next}
        onChange={setNext}
      />
    </FormDialog>
  );
}
