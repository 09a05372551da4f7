import { type JSX, useState } from 'react';
import { api, ApiProblem, bodyOf } from '../../api/client.js';
import { keys, queryClient } from '../../api/queries.js';
import { sessionChanged } from '../../api/session.js';
import { Icon } from '../../ui/icons.js';

interface Props {
  /** Whether somebody was signed in before, in this page. */
  readonly hasSession: boolean;
}

/** Signs in with the session cookie. */
export function SignInPage({ hasSession }: Props): JSX.Element {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [fault, setFault] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const signIn = async (): Promise<void> => {
    setBusy(true);
    setFault(undefined);
    try {
      await bodyOf(api.POST('/api/auth/session', { body: { email, password } }));
      sessionChanged(true);
      // Who it is first: what another user left is forgotten then. The rest may be hours old.
      await queryClient.refetchQueries({ queryKey: keys.me });
      await queryClient.invalidateQueries();
    } catch (error) {
      setFault(faultOf(error));
      setBusy(false);
    }
  };
  return (
    <main className="sign-in">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void signIn();
        }}
      >
        <div className="brand">
          <i>
            <Icon name="arrow" />
          </i>
          Next actions
        </div>
        <h1>Sign in</h1>
        {hasSession && <p className="sub">You are signed out. Nothing that you did is lost.</p>}
        <div className="field">
          <label htmlFor="email">E-mail</label>
          <input
            id="email"
            type="email"
            autoComplete="username"
            required
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor="password">Password</label>
          <input
            id="password"
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </div>
        {fault !== undefined && (
          <p className="fault" role="alert">
            {fault}
          </p>
        )}
        <button className="b p wide" type="submit" disabled={isBusy}>
          Sign in
        </button>
      </form>
    </main>
  );
}

function faultOf(error: unknown): string {
  if (!(error instanceof ApiProblem)) return 'The server can’t be reached. Try again.';
  if (error.status === 429 && error.retryAfter !== null) {
    return `Too many attempts. Try again in ${error.retryAfter} s.`;
  }
  return error.message;
}
