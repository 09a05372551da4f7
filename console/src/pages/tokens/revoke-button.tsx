import { type JSX, useState } from 'react';
import { api, bodyOf } from '../../api/client.js';
import { useChange } from '../../ui/change.js';
import { FormDialog } from '../../ui/form-dialog.js';
import { type Token } from './token-values.js';
import { TOKENS } from './tokens-key.js';

/** Revokes a token, after a question. */
export function RevokeButton({ token }: { readonly token: Token }): JSX.Element {
  const [asks, setAsks] = useState(false);
  const { id, name, prefix } = token;
  const change = useChange(
    () => bodyOf(api.DELETE('/api/service-tokens/{id}', { params: { path: { id } } })),
    {
      done: () => `${name} was revoked`,
      renews: [TOKENS],
      onDone: () => setAsks(false),
      showsProblem: true,
    },
  );
  return (
    <>
      <button
        type="button"
        className="b"
        aria-label={`Revoke ${name}`}
        onClick={() => setAsks(true)}
      >
        Revoke
      </button>
      {asks && (
        <FormDialog
          title={`Revoke ${name}?`}
          description={`Whoever sends ${prefix}… gets 401 from then on. It can’t be taken back.`}
          submitLabel="Revoke"
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
