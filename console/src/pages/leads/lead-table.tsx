import { type JSX } from 'react';
import { Link } from 'wouter';
import { ScoreBadge } from '../../score/score-badge.js';
import { searchOf } from '../../ui/filter-values.js';
import { PriorityMark } from '../../ui/priority.js';
import { useSeen } from '../../ui/seen.js';
import { type Column, Table } from '../../ui/table.js';
import { Due } from '../../work-item/due.js';
import { ItemState } from '../../work-item/item-state.js';
import { type WorkItem } from '../../work-item/kinds.js';
import { ScopeTag } from '../../work-item/scope-tag.js';
import { useRowScore } from './lead-queries.js';

interface Props {
  readonly leads: readonly WorkItem[];
  /** The values of the address: a row keeps them, and names its lead. */
  readonly filters: Readonly<Record<string, string>>;
  readonly now: number;
}

/** Leads, a row each; the title shows one beside the list. */
export function LeadTable({ leads, filters, now }: Props): JSX.Element {
  const columns: readonly Column<WorkItem>[] = [
    {
      name: 'Lead',
      isWide: true,
      cell: (lead) => (
        <span className="item-title">
          <PriorityMark priority={lead.priority} />
          <Link
            className="row-title"
            href={`/leads${searchOf({ ...filters, lead: lead.externalId })}`}
          >
            {lead.title}
          </Link>
        </span>
      ),
    },
    { name: 'Score', cell: (lead) => <LeadScore lead={lead} /> },
    { name: 'State', cell: (lead) => <ItemState item={lead} /> },
    { name: 'Due', cell: (lead) => <Due item={lead} now={now} /> },
    { name: 'Scope', cell: (lead) => <ScopeTag {...lead} /> },
  ];
  return (
    <Table
      label="Leads"
      columns={columns}
      rows={leads}
      keyOf={({ externalId }) => externalId}
      selected={filters.lead}
    />
  );
}

/** The score of a row, read when the row comes into sight: the list has none. */
function LeadScore({ lead }: { readonly lead: WorkItem }): JSX.Element {
  const { externalId, scoredAt } = lead;
  const [element, isSeen] = useSeen<HTMLSpanElement>();
  const { data } = useRowScore(externalId, scoredAt, isSeen && scoredAt !== null);
  const { score = null, band = null } = data ?? {};
  return (
    <span ref={element}>
      {scoredAt === null && <span className="sub">Not scored</span>}
      {score !== null && band !== null && <ScoreBadge score={score} band={band} />}
    </span>
  );
}
