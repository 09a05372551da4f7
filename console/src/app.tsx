import { type JSX, useEffect } from 'react';
import { Link, Route, Switch } from 'wouter';
import { onSignedOut, type Me } from './api/client.js';
import { keys, queryClient, useMe } from './api/queries.js';
import { Frame } from './frame.js';
import { ActionPage } from './pages/action/action-page.js';
import { QueuePage } from './pages/queue/queue-page.js';
import { SignInPage } from './pages/sign-in/sign-in-page.js';
import { forgetSession, presses, Pressing } from './press/pressing.js';
import { Toasts } from './press/toasts.js';
import { Problem } from './ui/problem.js';

/** Who was signed in last: what waits is sent for the same user alone. */
let lastUserId: string | undefined;

/**
 * The console of whoever is signed in. Without a session, the sign-in stands in place of the page, at the same
 * address: filters, presses that wait and a form that was open are there again after it.
 */
export function App(): JSX.Element {
  const { data: me, error, isPending, refetch } = useMe();
  useEffect(() => onSignedOut(() => queryClient.setQueryData(keys.me, null)), []);
  useEffect(() => {
    if (me) welcome(me);
  }, [me]);
  if (isPending) return <p className="centred sub">Loading…</p>;
  if (error) return <Problem error={error} retry={() => void refetch()} />;
  return (
    <Pressing isOpen={me !== null}>
      {me === null ? (
        <SignInPage hasSession={lastUserId !== undefined} />
      ) : (
        <Frame me={me}>
          <Switch>
            <Route path="/">
              <QueuePage me={me} />
            </Route>
            <Route path="/actions/:id">{({ id }) => <ActionPage key={id} id={id} />}</Route>
            <Route>
              <div className="empty">
                <h1>There is no such page</h1>
                <Link href="/">To the queue</Link>
              </div>
            </Route>
          </Switch>
        </Frame>
      )}
      <Toasts />
    </Pressing>
  );
}

/** The same user goes on where the session ended; for another one, nothing is left of the one before. */
function welcome({ id }: Me): void {
  if (lastUserId !== undefined && lastUserId !== id) forgetSession();
  lastUserId = id;
  presses.resume();
}
