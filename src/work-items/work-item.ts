import { type Priority } from '../kernel/priority.js';
import { type WorkItemRow } from './work-item.entity.js';
import { type WorkItemKind } from './work-item-kinds.js';

/** A work item as read from the table: a plain value. */
export type WorkItem = Readonly<WorkItemRow>;

/** A work item as it is pushed: what is left out has its default. */
export interface PushedWorkItem {
  readonly kind: WorkItemKind;
  readonly externalId: string;
  readonly entityType?: string;
  readonly entityId?: string;
  readonly state: string;
  readonly priority?: Priority;
  readonly title: string;
  readonly dueAt?: string | null;
  readonly occurredAt?: string | null;
  readonly attributes?: object;
}
