import { type Scope } from '../kernel/scope.js';
import { type PushedWorkItem } from '../work-items/work-item.js';

/** A work item of the demo: its scope is the desk's, its times are hours from now. */
export interface DemoItem extends Omit<
  PushedWorkItem,
  'entityType' | 'entityId' | 'dueAt' | 'occurredAt'
> {
  readonly dueInHours?: number;
  readonly occurredInHours?: number;
}

/** A desk of the demo: its work items, and which recommendations are snoozed. */
export interface DemoDesk {
  readonly scope: Scope;
  readonly items: readonly DemoItem[];
  /**
   * For the recommendation of each rule, the end of the snooze in hours from now; negative: the snooze is
   * over.
   */
  readonly snoozes: readonly { readonly ruleKey: string; readonly hours: number }[];
}
