import { type JSX, type ReactNode } from 'react';
import { Link } from 'wouter';
import { api, type Me } from './api/client.js';
import { keys, queryClient, useSummary } from './api/queries.js';
import { forgetSession } from './press/pressing.js';
import { Icon } from './ui/icons.js';
import { Menu, MenuItem } from './ui/menu.js';

interface Props {
  readonly me: Me;
  readonly children: ReactNode;
}

/** Navigation, who is signed in, and the page. */
export function Frame({ me, children }: Props): JSX.Element {
  const { data: summary } = useSummary('*');
  const queued =
    summary && Object.values(summary.queuedByPriority).reduce((sum, each) => sum + each, 0);
  return (
    <div className="frame">
      <nav className="nav" aria-label="Main">
        <div className="brand">
          <i>
            <Icon name="arrow" />
          </i>
          Next actions
        </div>
        <Link className="on" href="/" aria-current="page">
          Queue
          {queued !== undefined && (
            <span>
              {queued}
              {summary?.countsAreExact === false && '+'}
            </span>
          )}
        </Link>
        <div className="foot">
          <Menu
            label={`Signed in as ${me.name}`}
            className="who"
            trigger={
              <>
                {me.name}
                <Icon name="down" />
              </>
            }
          >
            <p className="menu-note">
              {me.email}
              <br />
              {me.role} · {me.scopes.join(', ')}
            </p>
            <MenuItem onClick={() => void signOut()}>
              <Icon name="out" /> Sign out
            </MenuItem>
          </Menu>
        </div>
      </nav>
      {children}
    </div>
  );
}

/** Ends the session; nothing of it stays in this page. */
async function signOut(): Promise<void> {
  await api.DELETE('/api/auth/session').catch(() => undefined);
  queryClient.setQueryData(keys.me, null);
  forgetSession();
}
