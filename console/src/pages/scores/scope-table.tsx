import { type JSX } from 'react';
import { Link } from 'wouter';
import { useMay } from '../../api/rights.js';
import { scopeName } from '../../next-action/scope-name.js';
import { deltaText } from '../../score/bands.js';
import { ScoreBadge } from '../../score/score-badge.js';
import { searchOf } from '../../ui/filter-values.js';
import { useSeen } from '../../ui/seen.js';
import { type Column, Table } from '../../ui/table.js';
import { Time } from '../../ui/time.js';
import { type ScopeRow, useScore } from './score-queries.js';

interface Props {
  readonly scopes: readonly ScopeRow[];
  readonly selected: string;
  readonly now: number;
}

/** The scopes with their current scores, and what waits in each. */
export function ScopeTable({ scopes, selected, now }: Props): JSX.Element {
  const mayReadRisk = useMay('risk.read');
  const columns: readonly Column<ScopeRow>[] = [
    {
      name: 'Scope',
      isWide: true,
      cell: (row) => (
        <Link className="row-title" href={`/scores${searchOf({ scope: row.scope })}`}>
          {scopeName(row)}
        </Link>
      ),
    },
    { name: 'Score', cell: (row) => <CurrentScore row={row} now={now} /> },
    {
      name: 'Queued',
      isNumber: true,
      cell: ({ scope, queued, queuedIsExact }) => (
        <Count
          text={`${queued}${queuedIsExact ? '' : '+'}`}
          what={`queued in ${scope}`}
          href={`/${searchOf({ scope })}`}
        />
      ),
    },
    {
      name: 'Open flags',
      isNumber: true,
      cell: ({ scope, openFlags }) => (
        <Count
          text={String(openFlags)}
          what={`open flags in ${scope}`}
          href={mayReadRisk ? `/risk${searchOf({ scope })}` : undefined}
        />
      ),
    },
  ];
  return (
    <Table
      label="Scopes"
      columns={columns}
      rows={scopes}
      keyOf={({ scope }) => scope}
      selected={selected}
    />
  );
}

/** The score of a row, read when the row comes into sight: the list of scopes has none. */
function CurrentScore({ row, now }: { row: ScopeRow; now: number }): JSX.Element {
  const [element, isSeen] = useSeen<HTMLSpanElement>();
  const { data } = useScore(row, isSeen);
  return (
    <span ref={element} className="current-score">
      {data === null && <span className="sub">Not scored</span>}
      {data && (
        <>
          <ScoreBadge score={data.score} band={data.band} />
          <span className="sub">
            {data.delta !== null && `${deltaText(data.delta)} · `}
            <Time at={data.computedAt} now={now} />
          </span>
        </>
      )}
    </span>
  );
}

interface CountProps {
  readonly text: string;
  readonly what: string;
  /** Where what is counted is listed. */
  readonly href: string | undefined;
}

/** A count, which leads to what it counts. */
function Count({ text, what, href }: CountProps): JSX.Element {
  if (text === '0' || href === undefined) return <>{text}</>;
  return (
    <Link href={href} aria-label={`${text} ${what}`}>
      {text}
    </Link>
  );
}
