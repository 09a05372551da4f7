import { isDeepStrictEqual } from 'node:util';
import { type NextAction } from './next-action.js';

/** The columns of the fields that a delivery action may change, each with its type in PostgreSQL. */
export const CHANGEABLE = {
  title: ['title', 'text'],
  reason: ['reason', 'text'],
  priority: ['priority', 'text'],
  score: ['score', 'int'],
  status: ['status', 'text'],
  actionUrl: ['action_url', 'text'],
  snoozedUntil: ['snoozed_until', 'timestamptz'],
  completedAt: ['completed_at', 'timestamptz'],
  dismissedAt: ['dismissed_at', 'timestamptz'],
} as const satisfies Partial<Record<keyof NextAction, readonly [column: string, type: string]>>;

export type ChangeableField = keyof typeof CHANGEABLE;
const CHANGEABLE_FIELDS = Object.keys(CHANGEABLE) as ChangeableField[];

/** New values of an NBA's own fields. */
export type NextActionChanges = Partial<Pick<NextAction, ChangeableField>>;

/** What was changed, as it goes on record: each field with its values before and after. */
export type RecordedChanges = {
  readonly [Field in ChangeableField]?: {
    readonly from: NextAction[Field];
    readonly to: NextAction[Field];
  };
};

/** Closes an NBA as done. */
export function completeNextAction(now: Date): NextActionChanges {
  return { status: 'done', completedAt: now };
}

/** Closes an NBA as dismissed. */
export function dismissNextAction(now: Date): NextActionChanges {
  return { status: 'dismissed', dismissedAt: now };
}

/** Hides an NBA from the queue until then. */
export function snoozeNextAction(until: Date): NextActionChanges {
  return { snoozedUntil: until };
}

/** An action returned a change that no action may make. */
export class ChangeNotAllowedError extends Error {
  constructor(field: string) {
    const fields = Object.keys(CHANGEABLE).join(', ');
    super(`The action returned a change of "${field}". An action may change: ${fields}.`);
    this.name = 'ChangeNotAllowedError';
  }
}

/**
 * The changes that differ from what the NBA holds, with both values. A field of value `undefined` is no
 * change. Throws a ChangeNotAllowedError for a field that no action may change.
 */
export function recordChanges(nextAction: NextAction, changes: NextActionChanges): RecordedChanges {
  for (const field of Object.keys(changes)) {
    if (!Object.hasOwn(CHANGEABLE, field)) throw new ChangeNotAllowedError(field);
  }
  const recorded: Record<string, { from: unknown; to: unknown }> = {};
  for (const field of CHANGEABLE_FIELDS) {
    const [from, to] = [nextAction[field], changes[field]];
    if (to !== undefined && !isDeepStrictEqual(from, to)) recorded[field] = { from, to };
  }
  return recorded;
}
