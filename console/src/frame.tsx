import { type JSX, type ReactNode, useMemo, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { type Me } from './api/client.js';
import { useSummary } from './api/queries.js';
import { queueAddress } from './next-action/queue-address.js';
import { LiveMark } from './live/live-mark.js';
import { useFrameCommands } from './frame-commands.js';
import { PAGES } from './pages.js';
import { PaletteButton } from './palette/palette-button.js';
import { Icon } from './ui/icons.js';
import { Menu, MenuItem } from './ui/menu.js';
import { onDemand } from './ui/on-demand.js';

const password = onDemand(() => import('./account/password-dialog.js'));

interface Props {
  readonly me: Me;
  readonly onSignOut: () => void;
  readonly children: ReactNode;
}

/** Navigation, whether the page is live, who is signed in, and the page. */
export function Frame({ me, onSignOut, children }: Props): JSX.Element {
  const [path] = useLocation();
  const { data: summary } = useSummary('*');
  const [changesPassword, setChangesPassword] = useState(false);
  const queued =
    summary && Object.values(summary.queuedByPriority).reduce((sum, each) => sum + each, 0);
  const pages = useMemo(
    () => PAGES.filter(({ needs }) => me.permissions.includes(needs)),
    [me.permissions],
  );
  useFrameCommands(pages, onSignOut);
  const parts = password.usePart();
  const isQueue = path === '/' || path.startsWith('/actions/');
  return (
    <div className="frame">
      <nav className="nav" aria-label="Main">
        <div className="brand">
          <i>
            <Icon name="arrow" />
          </i>
          Next actions
        </div>
        <PaletteButton />
        <div className="nav-links">
          <NavLink href={isQueue ? '/' : queueAddress()} name="Queue" isOn={isQueue}>
            {queued !== undefined && (
              <span>
                {queued}
                {summary?.countsAreExact === false && '+'}
              </span>
            )}
          </NavLink>
          {pages.map(({ path: href, name, group }, index) => (
            <NavEntry key={href} group={group === pages[index - 1]?.group ? '' : group}>
              <NavLink href={href} name={name} isOn={path === href} />
            </NavEntry>
          ))}
        </div>
        <div className="foot">
          <LiveMark />
          <Menu
            label={`Signed in as ${me.name}`}
            className="who"
            trigger={
              <>
                <Icon name="user" />
                <span className="who-name">{me.name}</span>
                <Icon name="down" />
              </>
            }
          >
            <p className="menu-note">
              {me.email}
              <br />
              {me.role} · {me.scopes.join(', ')}
            </p>
            {me.permissions.includes('account.change') && (
              <MenuItem
                onClick={() => {
                  password.load(() => setChangesPassword(false));
                  setChangesPassword(true);
                }}
              >
                <Icon name="key" /> Change password
              </MenuItem>
            )}
            <MenuItem onClick={onSignOut}>
              <Icon name="out" /> Sign out
            </MenuItem>
          </Menu>
        </div>
      </nav>
      {children}
      {changesPassword && parts && (
        <parts.PasswordDialog onClose={() => setChangesPassword(false)} />
      )}
    </div>
  );
}

function NavEntry({ group, children }: { group: string; children: ReactNode }): JSX.Element {
  return (
    <>
      {group !== '' && <p className="nav-group">{group}</p>}
      {children}
    </>
  );
}

interface NavLinkProps {
  readonly href: string;
  readonly name: string;
  readonly isOn: boolean;
  readonly children?: ReactNode;
}

function NavLink({ href, name, isOn, children }: NavLinkProps): JSX.Element {
  return (
    <Link className={isOn ? 'on' : ''} href={href} aria-current={isOn ? 'page' : undefined}>
      {name}
      {children}
    </Link>
  );
}
