import { type JSX, type ReactNode } from 'react';
import { Link } from 'wouter';
import { type Schemas } from '../../api/client.js';
import { useCatalogue } from '../../api/queries.js';
import { ruleLabel } from '../../next-action/rule-labels.js';
import { durationText } from '../../ui/duration.js';
import { labelOf } from '../../ui/schema-fields.js';
import { Table } from '../../ui/table.js';
import { searchOf } from '../../ui/filter-values.js';
import { type Row, rowsOf } from './rule-rows.js';

interface Props {
  readonly rules: readonly Schemas['RuleEffectiveness'][];
  readonly scope: string;
}

const COUNTS = [
  ['Done', 'done'],
  ['Dismissed', 'dismissed'],
  ['Resolved', 'resolved'],
  ['Returned', 'returned'],
  ['Ignored', 'ignored'],
] as const;

/** What became of what each rule suggested, and of each action that was pressed on it. */
export function RuleTable({ rules, scope }: Props): JSX.Element {
  const catalogue = useCatalogue();
  const nameOf = (key: string): string =>
    catalogue.data?.items.find(({ actionKey }) => actionKey === key)?.label ?? labelOf(key);
  return (
    <>
      <Table
        label="Effectiveness by rule and action"
        rows={rowsOf(rules)}
        keyOf={({ key }) => key}
        isCompact
        columns={[
          {
            name: 'Rule and action',
            isWide: true,
            cell: (row) => (
              <div className={row.rule ? 'line' : 'line of-action'}>
                {row.actionKey === undefined ? (
                  <Link className="row-title" href={`/${searchOf({ scope, rule: row.ruleKey })}`}>
                    {ruleLabel(row.ruleKey)}
                  </Link>
                ) : (
                  <span>{nameOf(row.actionKey)}</span>
                )}
                <ShareBar parts={row.bar} />
              </div>
            ),
          },
          { name: 'Suggested', isNumber: true, cell: ({ rule }) => rule?.suggested },
          { name: 'Pressed', isNumber: true, cell: pressedText },
          ...COUNTS.map(([name, count]) => ({
            name,
            isNumber: true,
            cell: ({ rule }: Row) => rule?.[count],
          })),
          {
            name: 'Median time',
            isNumber: true,
            cell: ({ medianMsToPress: ms }) => (ms === null ? '—' : durationText(ms)),
          },
        ]}
      />
      <p className="help block">
        Pressed: with a press that stands. Resolved, returned, ignored: closed, and the condition of
        the rule went away, came back, or stayed within 7 days. Median time: from the suggestion to
        the first press.
      </p>
    </>
  );
}

function pressedText({ pressed, failed }: Row): ReactNode {
  return failed === 0 ? pressed : `${pressed} (${failed} failed)`;
}

/** Shares of what the rule suggested; the numbers beside it say the same. */
function ShareBar({ parts }: { readonly parts: Row['bar'] }): JSX.Element {
  return (
    <div className="share" aria-hidden="true">
      {parts.map(({ name, share }) => (
        <b key={name} className={name} style={{ width: `${share}%` }} />
      ))}
    </div>
  );
}
