import { type JSX } from 'react';
import { Link } from 'wouter';
import { scopeName } from '../../next-action/scope-name.js';
import { Badge, type Tone } from '../../ui/badge.js';
import { PriorityMark } from '../../ui/priority.js';
import { Table } from '../../ui/table.js';
import { Time, useNow } from '../../ui/time.js';
import { type Flag } from './flag-changes.js';
import { riskAddress, type RiskFilters } from './risk-filters.js';

interface Props {
  readonly flags: readonly Flag[];
  readonly filters: RiskFilters;
}

const TONES: Readonly<Record<Flag['status'], Tone>> = {
  open: 'bad',
  snoozed: 'warn',
  resolved: 'good',
  dismissed: 'quiet',
};

/** Flags, the most severe first; a title opens its details. */
export function RiskTable({ flags, filters }: Props): JSX.Element {
  const now = useNow(60_000);
  return (
    <Table
      label="Risk flags"
      rows={flags}
      keyOf={({ id }) => id}
      selected={filters.id}
      isCompact
      columns={[
        { name: 'Severity', cell: ({ severity }) => <PriorityMark priority={severity} /> },
        {
          name: 'Flag',
          isWide: true,
          cell: ({ id, title, reason }) => (
            <>
              <div>
                <Link className="row-title" href={riskAddress({ ...filters, id })}>
                  {title}
                </Link>
              </div>
              <div className="sub">{reason}</div>
            </>
          ),
        },
        { name: 'Scope', cell: (flag) => scopeName(flag) },
        { name: 'Since', cell: ({ firstSeenAt }) => <Time at={firstSeenAt} now={now} /> },
        { name: 'State', cell: ({ status }) => <Badge tone={TONES[status]} text={status} /> },
      ]}
    />
  );
}
