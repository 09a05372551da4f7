import { type Priority } from '../kernel/priority.js';
import { type WorkItemRow } from './work-item.entity.js';
import { type WorkItemKind } from './work-item-kinds.js';

/** A work item as read from the table: a plain value. */
export type WorkItem = Readonly<Omit<WorkItemRow, 'searchText'>>;

/**
 * A work item as it is pushed: what is left out has its default. Without a scope, a new item is in the
 * default scope, and a known one stays where it is.
 */
export interface PushedWorkItem {
  readonly kind: WorkItemKind;
  readonly externalId: string;
  readonly entityType?: string | undefined;
  readonly entityId?: string | undefined;
  readonly state: string;
  readonly priority?: Priority | undefined;
  readonly title: string;
  readonly dueAt?: string | null;
  readonly occurredAt?: string | null;
  readonly attributes?: object;
}
