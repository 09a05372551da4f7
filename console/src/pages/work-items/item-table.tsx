import { type JSX } from 'react';
import { Link } from 'wouter';
import { searchOf } from '../../ui/filter-values.js';
import { PriorityMark } from '../../ui/priority.js';
import { labelOf } from '../../ui/schema-fields.js';
import { type Column, Table } from '../../ui/table.js';
import { Due } from '../../work-item/due.js';
import { ItemState } from '../../work-item/item-state.js';
import { type WorkItem } from '../../work-item/kinds.js';
import { ScopeTag } from '../../work-item/scope-tag.js';
import { addressOf } from './item-filters.js';

interface Props {
  readonly items: readonly WorkItem[];
  /** The values of the address: a row keeps them, and names its item. */
  readonly filters: Readonly<Record<string, string>>;
  readonly now: number;
}

/** Work items, a row each; the title shows one beside the list. */
export function ItemTable({ items, filters, now }: Props): JSX.Element {
  const columns: readonly Column<WorkItem>[] = [
    {
      name: 'Title',
      isWide: true,
      cell: (item) => (
        <span className="item-title">
          <PriorityMark priority={item.priority} />
          <Link
            className="row-title"
            href={`/work-items${searchOf({ ...filters, item: addressOf(item) })}`}
          >
            {item.title}
          </Link>
        </span>
      ),
    },
    { name: 'Kind', cell: ({ kind }) => labelOf(kind) },
    { name: 'State', cell: (item) => <ItemState item={item} /> },
    { name: 'Due', cell: (item) => <Due item={item} now={now} /> },
    { name: 'Scope', cell: (item) => <ScopeTag {...item} /> },
  ];
  return (
    <Table
      label="Work items"
      columns={columns}
      rows={items}
      keyOf={addressOf}
      selected={filters.item}
    />
  );
}
