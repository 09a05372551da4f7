import { type Priority } from '../kernel/priority.js';
import { type WorkItemKind, type WorkItemState } from './work-item-kinds.js';

/** A work item as read from the table. */
export interface WorkItem {
  readonly id: string;
  readonly kind: WorkItemKind;
  readonly externalId: string;
  readonly entityType: string;
  readonly entityId: string;
  readonly state: WorkItemState;
  readonly open: boolean;
  readonly priority: Priority;
  readonly title: string;
  readonly dueAt: Date | null;
  readonly occurredAt: Date;
  readonly attributes: object;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

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
