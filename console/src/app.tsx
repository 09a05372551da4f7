import { type JSX, Suspense, useCallback, useEffect, useState } from 'react';
import { Link, Route, Router, Switch, useLocation } from 'wouter';
import { BASE } from './api/base.js';
import { api, onSignedOut, type Me } from './api/client.js';
import { keys, onOtherUser, queryClient, useMe } from './api/queries.js';
import { MeContext } from './api/rights.js';
import { onSessionChanged, sessionChanged } from './api/session.js';
import { Frame } from './frame.js';
import { live } from './live/live.js';
import { LiveQueries } from './live/live-queries.js';
import { forgetQueue } from './next-action/queue-address.js';
import { PAGES } from './pages.js';
import { ActionPage } from './pages/action/action-page.js';
import { QueuePage } from './pages/queue/queue-page.js';
import { SignInPage } from './pages/sign-in/sign-in-page.js';
import { forgetSession, presses, Pressing } from './press/pressing.js';
import { Toasts } from './press/toasts.js';
import { Boundary } from './ui/boundary.js';
import { SignedInContext } from './ui/signed-in.js';
import { forgetNotices, notify } from './ui/notices.js';
import { Problem } from './ui/problem.js';

/**
 * The console of whoever is signed in. Where the session ends, the sign-in stands in place of the page, which
 * is hidden and keeps everything: filters, presses that wait, and what was typed. For another user, or after a
 * sign-out, nothing of it is left.
 */
export function App(): JSX.Element {
  const { data: me, error, isPending, refetch } = useMe();
  const [shown, setShown] = useState<Me>();
  if (me && me !== shown) setShown(me);
  const [, navigate] = useLocation();
  useEffect(() => onSignedOut(() => queryClient.setQueryData(keys.me, null)), []);
  useEffect(
    () => onSessionChanged(() => void queryClient.refetchQueries({ queryKey: keys.me })),
    [],
  );
  const leave = useCallback((): void => {
    forget();
    navigate(`${BASE}/`, { replace: true });
  }, [navigate]);
  useEffect(() => onOtherUser(leave), [leave]);
  const signOut = useCallback(async (): Promise<void> => {
    if (!(await endSession())) return;
    queryClient.setQueryData(keys.me, null);
    setShown(undefined);
    leave();
  }, [leave]);
  if (isPending) return <p className="centred sub">Loading…</p>;
  if (error) return <Problem error={error} retry={() => void refetch()} />;
  const isSignedIn = me !== null;
  return (
    <Router base={BASE}>
      <SignedInContext value={isSignedIn}>
        {!isSignedIn && <SignInPage hasSession={shown !== undefined} />}
        {shown && (
          <div hidden={!isSignedIn}>
            <Console
              key={shown.id}
              me={shown}
              isSignedIn={isSignedIn}
              onSignOut={() => void signOut()}
            />
          </div>
        )}
      </SignedInContext>
    </Router>
  );
}

interface Props {
  readonly me: Me;
  readonly isSignedIn: boolean;
  readonly onSignOut: () => void;
}

function Console({ me, isSignedIn, onSignOut }: Props): JSX.Element {
  const [path] = useLocation();
  const follows = isSignedIn && me.permissions.includes('events.read');
  useEffect(() => {
    if (isSignedIn) presses.resume();
  }, [isSignedIn]);
  useEffect(() => {
    if (!follows) return undefined;
    live.start();
    return () => live.stop();
  }, [follows]);
  return (
    <MeContext value={me}>
      <LiveQueries />
      <Pressing>
        <Frame me={me} onSignOut={onSignOut}>
          <Boundary key={path}>
            <Suspense fallback={<main className="centred sub">Loading…</main>}>
              <Pages me={me} />
            </Suspense>
          </Boundary>
        </Frame>
        <Toasts />
      </Pressing>
    </MeContext>
  );
}

function Pages({ me }: { readonly me: Me }): JSX.Element {
  return (
    <Switch>
      <Route path="/">
        <QueuePage me={me} />
      </Route>
      <Route path="/actions/:id">{({ id }) => <ActionPage key={id} id={id} />}</Route>
      {PAGES.filter(({ needs }) => me.permissions.includes(needs)).map(({ path, Shown }) => (
        <Route key={path} path={path}>
          <Shown />
        </Route>
      ))}
      <Route>
        <main className="empty">
          <h1>There is no such page</h1>
          <p className="sub">Or {me.role}s may not open it.</p>
          <Link href="/">To the queue</Link>
        </main>
      </Route>
    </Switch>
  );
}

/** Whether the session has ended. Where it has not, the page says so: whoever comes next would be this user. */
async function endSession(): Promise<boolean> {
  try {
    const { response } = await api.DELETE('/api/auth/session');
    if (response.ok || response.status === 401) {
      sessionChanged(false);
      return true;
    }
  } catch {
    // No answer: as a refusal.
  }
  notify('You are still signed in: the server did not end the session. Sign out again.');
  return false;
}

/** Nothing of a session stays in this page. */
function forget(): void {
  forgetSession();
  forgetQueue();
  forgetNotices();
}
