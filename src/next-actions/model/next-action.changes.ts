import { isDeepStrictEqual } from 'node:util';
import { type NextAction } from './next-action.js';

/** The fields of an NBA that a delivery action may change. */
export const CHANGEABLE_FIELDS = [
  'title',
  'reason',
  'priority',
  'score',
  'status',
  'actionUrl',
  'explanation',
  'assigneeId',
  'note',
  'priorityHeld',
  'snoozedUntil',
  'snoozeUntilWorse',
  'snoozedPriority',
  'snoozedScore',
  'completedAt',
  'dismissedAt',
] as const satisfies readonly (keyof NextAction)[];

export type ChangeableField = (typeof CHANGEABLE_FIELDS)[number];

const changeable = new Set<string>(CHANGEABLE_FIELDS);

/** New values of an NBA's own fields. */
export type NextActionChanges = Partial<Pick<NextAction, ChangeableField>>;

/** The recorded changes: each field with its values before and after. */
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
  return { ...wakeNextAction(), snoozedUntil: until };
}

/** The same, but a run shows it again before when it gets worse than it is now. */
export function snoozeUntilWorse(
  until: Date,
  { priority, score }: Pick<NextAction, 'priority' | 'score'>,
): NextActionChanges {
  return {
    snoozedUntil: until,
    snoozeUntilWorse: true,
    snoozedPriority: priority,
    snoozedScore: score,
  };
}

/** Shows a snoozed NBA in the queue. */
export function wakeNextAction(): NextActionChanges {
  return { snoozedUntil: null, snoozeUntilWorse: false, snoozedPriority: null, snoozedScore: null };
}

/** Queues a closed NBA again, to be seen at once; a priority that was held is not held any more. */
export function reopenNextAction(): NextActionChanges {
  return {
    ...wakeNextAction(),
    status: 'queued',
    completedAt: null,
    dismissedAt: null,
    priorityHeld: false,
  };
}

/** Whether an NBA is hidden from the queue. */
export function isSnoozed({ snoozedUntil }: Pick<NextAction, 'snoozedUntil'>, now: Date): boolean {
  return snoozedUntil !== null && snoozedUntil > now;
}

/** What decides where an NBA is shown: what a later press or a run may take back. */
const PLACE = ['status', 'snoozedUntil'] as const satisfies readonly ChangeableField[];

/** Whether an NBA is still where recorded changes, read from JSON, put it. */
export function stillHolds(nextAction: NextAction, changes: StoredChanges): boolean {
  return PLACE.every((field) => {
    const change = changes[field];
    return change === undefined || holds(nextAction, field, change.to);
  });
}

/** An action returned a change that no action may make. */
export class ChangeNotAllowedError extends Error {
  constructor(field: string) {
    const fields = CHANGEABLE_FIELDS.join(', ');
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
    if (!changeable.has(field)) throw new ChangeNotAllowedError(field);
  }
  const recorded: Record<string, { from: unknown; to: unknown }> = {};
  for (const field of CHANGEABLE_FIELDS) {
    const [from, to] = [nextAction[field], changes[field]];
    if (to !== undefined && !isDeepStrictEqual(from, to)) recorded[field] = { from, to };
  }
  return recorded;
}

/** The fields of an NBA that hold a time, which is text in the recorded changes. */
const TIMES: ReadonlySet<ChangeableField> = new Set(['snoozedUntil', 'completedAt', 'dismissedAt']);

/** Changes as they are read from the record, with times as text. */
export type StoredChanges = Readonly<
  Partial<Record<ChangeableField, { readonly from: unknown; readonly to: unknown }>>
>;

/** The changed fields that no longer hold what the change left. */
export function changedSince(nextAction: NextAction, stored: StoredChanges): ChangeableField[] {
  return fieldsOf(stored).filter((field) => !holds(nextAction, field, stored[field]?.to));
}

/** The values of the changed fields before the change. */
export function valuesBefore(stored: StoredChanges): NextActionChanges {
  return Object.fromEntries(
    fieldsOf(stored).map((field) => {
      const from = stored[field]?.from;
      return [field, TIMES.has(field) && typeof from === 'string' ? new Date(from) : from];
    }),
  );
}

/** Whether a field holds a recorded value. */
export function holds(nextAction: NextAction, field: ChangeableField, value: unknown): boolean {
  const held = nextAction[field];
  return isDeepStrictEqual(held instanceof Date ? held.toISOString() : held, value);
}

function fieldsOf(stored: StoredChanges): ChangeableField[] {
  return CHANGEABLE_FIELDS.filter((field) => stored[field] !== undefined);
}
