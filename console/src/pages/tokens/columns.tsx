import { Badge, type Tone } from '../../ui/badge.js';
import { ScopeTexts } from '../../ui/scope-texts.js';
import { type Column } from '../../ui/table.js';
import { Time } from '../../ui/time.js';
import { RevokeButton } from './revoke-button.js';
import { stateOf, type Token, type TokenState } from './token-values.js';

const TONES: Readonly<Record<TokenState, Tone>> = {
  active: 'good',
  'expires soon': 'warn',
  expired: 'quiet',
  revoked: 'quiet',
};

/** The columns of the list of tokens; `makerOf` names who made one. */
export function columnsOf(makerOf: (id: string) => string, now: number): readonly Column<Token>[] {
  return [
    {
      name: 'Token',
      isWide: true,
      cell: ({ name, prefix }) => (
        <>
          <div>
            <strong className="row-title">{name}</strong>
          </div>
          <div className="code">{prefix}…</div>
        </>
      ),
    },
    { name: 'Role', cell: ({ role }) => role },
    { name: 'Scopes', cell: ({ scopes }) => <ScopeTexts scopes={scopes} />, isWide: true },
    {
      name: 'Made',
      cell: ({ createdBy, createdAt }) => (
        <>
          <Time at={createdAt} now={now} />
          {createdBy !== null && ` by ${makerOf(createdBy)}`}
        </>
      ),
    },
    {
      name: 'Last used',
      cell: ({ lastUsedAt }) =>
        lastUsedAt === null ? 'never' : <Time at={lastUsedAt} now={now} />,
    },
    { name: 'Expires', cell: ({ expiresAt }) => <Time at={expiresAt} now={now} /> },
    {
      name: 'State',
      cell: (token) => {
        const state = stateOf(token, now);
        return <Badge tone={TONES[state]} text={state} />;
      },
    },
    {
      name: 'Actions',
      isActs: true,
      cell: (token) =>
        token.revokedAt === null && (
          <div className="acts">
            <RevokeButton token={token} />
          </div>
        ),
    },
  ];
}
