import { type JSX } from 'react';
import { api, bodyOf } from '../../api/client.js';
import { usePaged } from '../../api/paged.js';
import { useMay } from '../../api/rights.js';
import { useOnLive } from '../../live/renewed.js';
import { scopeName } from '../../next-action/scope-name.js';
import { List } from '../../ui/list.js';
import { type Column, Table } from '../../ui/table.js';
import { Time, useNow } from '../../ui/time.js';
import { isFarReaching } from './far-reaching.js';
import { nameOf, type Suppression, SUPPRESSIONS_KEY } from './use-suppressing.js';

interface Props {
  readonly scope: string;
  readonly isPending: boolean;
  readonly onLift: (suppression: Suppression) => void;
}

/** The suppressions that hold now: what, where, why, by whom, until when. */
export function Suppressions({ scope, isPending, onLift }: Props): JSX.Element {
  const query = { scope: scope === '' ? '*' : scope, active: true };
  const list = usePaged([...SUPPRESSIONS_KEY, query], (paging) =>
    bodyOf(
      api.GET('/api/next-actions/suppressions', { params: { query: { ...query, ...paging } } }),
    ),
  );
  useOnLive(['suppression.', 'nba.delivery.'], list.changed);
  return (
    <section aria-labelledby="suppressions">
      <h2 id="suppressions" className="block-title above-table">
        Suppressions in effect
      </h2>
      <List list={list} empty={<NoSuppressions />}>
        {(suppressions) => (
          <SuppressionTable suppressions={suppressions} isPending={isPending} onLift={onLift} />
        )}
      </List>
    </section>
  );
}

interface TableProps extends Pick<Props, 'isPending' | 'onLift'> {
  readonly suppressions: readonly Suppression[];
}

function SuppressionTable({ suppressions, isPending, onLift }: TableProps): JSX.Element {
  const now = useNow(60_000);
  const mayWrite = useMay('suppressions.write');
  const mayForever = useMay('suppressions.forever');
  const lift: Column<Suppression> = {
    name: 'Lift',
    cell: (suppression) =>
      (mayForever || !isFarReaching(suppression, now)) && (
        <button
          type="button"
          className="b"
          disabled={isPending}
          aria-label={`Lift: ${nameOf(suppression)} in ${suppression.scope}`}
          onClick={() => onLift(suppression)}
        >
          Lift
        </button>
      ),
  };
  return (
    <Table
      label="Suppressions in effect"
      rows={suppressions}
      keyOf={({ id }) => id}
      isCompact
      columns={[
        {
          name: 'What',
          isWide: true,
          cell: (suppression) => (
            <>
              <div>
                <strong>{nameOf(suppression)}</strong>
              </div>
              <div className="sub">{suppression.reason}</div>
            </>
          ),
        },
        {
          name: 'Scope',
          cell: ({ scope, entityType, entityId }) =>
            entityType === null || entityId === null ? scope : scopeName({ entityType, entityId }),
        },
        { name: 'By', cell: ({ createdByName, createdBy }) => createdByName ?? createdBy },
        { name: 'Since', cell: ({ createdAt }) => <Time at={createdAt} now={now} /> },
        {
          name: 'Ends',
          cell: ({ until }) => (until === null ? 'never' : <Time at={until} now={now} />),
        },
        ...(mayWrite ? [lift] : []),
      ]}
    />
  );
}

function NoSuppressions(): JSX.Element {
  return (
    <p className="sub under-title">
      None. “Don’t suggest again” on a next best action sets one, and so does a proposal that is
      taken up.
    </p>
  );
}
