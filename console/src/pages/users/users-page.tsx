import { type JSX, useState } from 'react';
import { api, bodyOf } from '../../api/client.js';
import { usePaged } from '../../api/paged.js';
import { useSignedIn } from '../../api/rights.js';
import { useOnLive } from '../../live/renewed.js';
import { Badge } from '../../ui/badge.js';
import { Empty, List } from '../../ui/list.js';
import { Page } from '../../ui/page.js';
import { ScopeTexts } from '../../ui/scope-texts.js';
import { type Column, Table } from '../../ui/table.js';
import { Time, useNow } from '../../ui/time.js';
import { UserForm } from './user-form.js';
import { UserSwitch } from './user-switch.js';
import { type User } from './user-values.js';
import { USERS } from './users-key.js';

/** Which form is open: of a new user, or of one. */
type Opened = 'new' | User | undefined;

/** Who may sign in, and what each may see and do. */
export function UsersPage(): JSX.Element {
  const list = usePaged(USERS, (query) => bodyOf(api.GET('/api/users', { params: { query } })));
  useOnLive(['user.', 'auth.login.succeeded'], list.changed);
  const [opened, setOpened] = useState<Opened>();
  const columns = useColumns(setOpened);
  return (
    <Page
      title="Users"
      note="who may sign in, and what each may see and do"
      acts={
        <button type="button" className="b p" onClick={() => setOpened('new')}>
          Add a user
        </button>
      }
    >
      <List list={list} empty={<Empty title="No users within your scopes" />}>
        {(users) => <Table label="Users" columns={columns} rows={users} keyOf={({ id }) => id} />}
      </List>
      {opened && (
        <UserForm
          user={opened === 'new' ? undefined : opened}
          onClose={() => setOpened(undefined)}
        />
      )}
    </Page>
  );
}

function useColumns(open: (user: User) => void): readonly Column<User>[] {
  const me = useSignedIn();
  const now = useNow(60_000);
  return [
    {
      name: 'User',
      isWide: true,
      cell: (user) => (
        <>
          <div>
            <strong className="row-title">{user.name}</strong>
            {user.id === me.id && <span className="tag"> · you</span>}
          </div>
          <div className="sub">{user.email}</div>
        </>
      ),
    },
    { name: 'Role', cell: ({ role }) => role },
    { name: 'Scopes', cell: ({ scopes }) => <ScopeTexts scopes={scopes} />, isWide: true },
    {
      name: 'Last sign-in',
      cell: ({ lastSignInAt }) =>
        lastSignInAt === null ? 'never' : <Time at={lastSignInAt} now={now} />,
    },
    {
      name: 'State',
      cell: ({ disabled }) =>
        disabled ? <Badge tone="quiet" text="disabled" /> : <Badge tone="good" text="enabled" />,
    },
    {
      name: 'Actions',
      isActs: true,
      cell: (user) => (
        <div className="acts">
          <button
            type="button"
            className="b"
            aria-label={`Change ${user.name}`}
            onClick={() => open(user)}
          >
            Change
          </button>
          <UserSwitch user={user} />
        </div>
      ),
    },
  ];
}
