import { type Priority } from '../kernel/priority.js';
import { DAY_MS, startOfUtcDay } from '../kernel/utc-day.js';
import { type OpenStateOf, type WorkItemKind } from './work-item-kinds.js';

/** `before_now`: dueAt < now. `before_today`: dueAt is before today's first UTC instant. */
export type DueTest = 'before_now' | 'before_today' | 'missing';

/** `last_24_hours`: occurredAt ≥ now − 24 h. `today`: occurredAt is not before today's first UTC instant. */
export type OccurredTest = 'last_24_hours' | 'today';

/** When an open item meets the condition: every part that is given must hold. */
export interface ConditionOf<K extends WorkItemKind> {
  readonly kind: K;
  readonly states: readonly OpenStateOf<K>[];
  readonly priorities?: readonly Priority[];
  readonly due?: DueTest;
  readonly occurred?: OccurredTest;
  /** Whether the application has scored the lead. */
  readonly scored?: boolean;
}
export type WorkItemCondition = { [K in WorkItemKind]: ConditionOf<K> }[WorkItemKind];

/**
 * The conditions that scores, risk rules and next-action rules count, as data: the SQL that counts, the
 * filter of the list and the check of one item read the same definition. Source: docs/domain.md,
 * "Conditions".
 */
export const WORK_ITEM_CONDITIONS = {
  reminder_overdue: { kind: 'reminder', states: ['open'], due: 'before_now' },
  reminder_overdue_high_priority: {
    kind: 'reminder',
    states: ['open'],
    priorities: ['high', 'critical'],
    due: 'before_now',
  },
  proposal_follow_up_overdue: {
    kind: 'proposal',
    states: ['sent', 'viewed'],
    due: 'before_today',
  },
  proposal_without_follow_up: { kind: 'proposal', states: ['sent'], due: 'missing' },
  retention_overdue: { kind: 'retention_contact', states: ['open'], due: 'before_now' },
  handoff_awaiting_client: { kind: 'handoff', states: ['awaiting_client_confirmation'] },
  lead_unscored: { kind: 'intake_lead', states: ['new'], scored: false },
  delivery_failed: { kind: 'notification_delivery', states: ['failed'] },
  delivery_failed_last_24_hours: {
    kind: 'notification_delivery',
    states: ['failed'],
    occurred: 'last_24_hours',
  },
  delivery_failed_today: { kind: 'notification_delivery', states: ['failed'], occurred: 'today' },
} as const satisfies Record<string, WorkItemCondition>;

export type WorkItemConditionKey = keyof typeof WORK_ITEM_CONDITIONS;

/** The instants that the conditions compare with, all taken from one `now`. */
export interface TimeWindows {
  readonly now: Date;
  readonly startOfToday: Date;
  readonly dayAgo: Date;
}

/** The windows at `now`: the only place that defines "overdue", "today" and "in 24 h" as instants. */
export function timeWindows(now: Date): TimeWindows {
  return { now, startOfToday: startOfUtcDay(now), dayAgo: new Date(now.getTime() - DAY_MS) };
}

/** The part of a work item that a condition reads. */
export interface ConditionSubject {
  readonly kind: WorkItemKind;
  readonly state: string;
  readonly priority: Priority;
  readonly dueAt: Date | null;
  readonly occurredAt: Date;
  readonly scoredAt?: Date | null;
}

/** Whether the item meets the condition in these windows. */
export function meetsCondition(
  item: ConditionSubject,
  condition: WorkItemCondition,
  windows: TimeWindows,
): boolean {
  return (
    item.kind === condition.kind &&
    (condition.states as readonly string[]).includes(item.state) &&
    (condition.priorities?.includes(item.priority) ?? true) &&
    meetsDue(item.dueAt, condition.due, windows) &&
    meetsOccurred(item.occurredAt, condition.occurred, windows) &&
    (condition.scored === undefined || condition.scored === (item.scoredAt != null))
  );
}

function meetsDue(dueAt: Date | null, test: DueTest | undefined, windows: TimeWindows): boolean {
  switch (test) {
    case undefined:
      return true;
    case 'missing':
      return dueAt === null;
    case 'before_now':
      return dueAt !== null && dueAt < windows.now;
    case 'before_today':
      return dueAt !== null && dueAt < windows.startOfToday;
  }
}

function meetsOccurred(
  occurredAt: Date,
  test: OccurredTest | undefined,
  windows: TimeWindows,
): boolean {
  switch (test) {
    case undefined:
      return true;
    case 'last_24_hours':
      return occurredAt >= windows.dayAgo;
    case 'today':
      return occurredAt >= windows.startOfToday;
  }
}
