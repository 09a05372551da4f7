import { type WorkItem } from './kinds.js';

type Dated = Pick<WorkItem, 'kind' | 'open' | 'dueAt'>;

const DAY_MS = 86_400_000;

/**
 * Whether an open item is overdue at a time, in ms since the epoch. A proposal has a follow-up date: it is overdue
 * from the next UTC day on. Source: docs/domain.md, "Conditions".
 */
export function isOverdue({ kind, open, dueAt }: Dated, now: number): boolean {
  if (!open || dueAt === null) return false;
  const limit = kind === 'proposal' ? now - (now % DAY_MS) : now;
  return Date.parse(dueAt) < limit;
}
