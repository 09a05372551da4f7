import { isInstant } from '../ui/relative-time.js';

/** A field of a next best action, with its value before and after a press. */
export interface Change {
  readonly field: string;
  readonly from: string;
  readonly to: string;
}

/** Fields that follow from others: the row would say the same twice. */
const IMPLIED = /^(?:completedAt|dismissedAt|closedByExecutionId)$/;
const LONGEST = 80;
const SHORT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** The changes of an execution as text; times in the zone of the reader. */
export function changesOf(changes: object): Change[] {
  return Object.entries(changes)
    .filter(([field]) => !IMPLIED.test(field))
    .map(([field, change]) => {
      const { from, to } = change as { from?: unknown; to?: unknown };
      return { field, from: textOf(from), to: textOf(to) };
    });
}

function textOf(value: unknown): string {
  if (value === null || value === undefined || value === '') return '—';
  if (typeof value === 'string' && isInstant(value)) return SHORT.format(Date.parse(value));
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
