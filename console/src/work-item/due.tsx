import { type JSX } from 'react';
import { Badge } from '../ui/badge.js';
import { Time } from '../ui/time.js';
import { type WorkItem } from './kinds.js';
import { isOverdue } from './overdue.js';

interface Props {
  readonly item: Pick<WorkItem, 'kind' | 'open' | 'dueAt'>;
  readonly now: number;
}

/** When an item is due; a word says that it is overdue. */
export function Due({ item, now }: Props): JSX.Element | null {
  if (item.dueAt === null) return null;
  return (
    <span className="due">
      {isOverdue(item, now) && <Badge tone="bad" text="Overdue" />}
      <Time at={item.dueAt} now={now} />
    </span>
  );
}
