import { type JSX, useState } from 'react';
import { SERVER_URL } from '../../api/base.js';
import { api, bodyOf, type Schemas } from '../../api/client.js';
import { usePaged } from '../../api/paged.js';
import { useUserNames } from '../../api/user-names.js';
import { useOnLive } from '../../live/renewed.js';
import { Empty, List } from '../../ui/list.js';
import { Page } from '../../ui/page.js';
import { SecretDialog } from '../../ui/secret-dialog.js';
import { Table } from '../../ui/table.js';
import { useNow } from '../../ui/time.js';
import { columnsOf } from './columns.js';
import { TokenForm } from './token-form.js';
import { TOKENS } from './tokens-key.js';

/** The service tokens: what machines sign in with. */
export function TokensPage(): JSX.Element {
  const list = usePaged(TOKENS, (query) =>
    bodyOf(api.GET('/api/service-tokens', { params: { query } })),
  );
  useOnLive(['token.'], list.changed);
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<Schemas['NewServiceTokenAnswer']>();
  const users = useUserNames();
  const now = useNow(60_000);
  const makerOf = (id: string): string =>
    users.get(id) ?? list.items.find((token) => token.id === id)?.name ?? 'somebody else';
  const columns = columnsOf(makerOf, now);
  const make = (
    <button type="button" className="b p" onClick={() => setMaking(true)}>
      Make a token
    </button>
  );
  return (
    <Page title="Tokens" note="what machines sign in with" acts={make}>
      <List list={list} empty={<NoTokens />}>
        {(tokens) => (
          <Table label="Service tokens" columns={columns} rows={tokens} keyOf={({ id }) => id} />
        )}
      </List>
      {isMaking && (
        <TokenForm
          list={list}
          onMade={(token) => {
            setMaking(false);
            setMade(token);
          }}
          onClose={() => setMaking(false)}
        />
      )}
      {made && (
        <SecretDialog
          title={`The token of ${made.name}`}
          description="Send it as Authorization: Bearer, followed by the token."
          label="Token"
          value={made.token}
          gone={`The token of ${made.name} is not shown again: without it, revoke it and make another`}
          onClose={() => setMade(undefined)}
        />
      )}
    </Page>
  );
}

function NoTokens(): JSX.Element {
  return (
    <Empty title="No service tokens">
      <p className="sub">
        A machine that pushes work items or reads lists signs in with a token of its own: with a
        role, scopes and an expiry. <em>Make a token</em> shows it once.
      </p>
      <pre tabIndex={0}>
        {`curl ${SERVER_URL}/api/next-actions -H "Authorization: Bearer $TOKEN"`}
      </pre>
    </Empty>
  );
}
