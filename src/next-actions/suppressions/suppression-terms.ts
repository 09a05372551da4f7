import { invalidField } from '../../kernel/errors/domain-error.js';
import { DAY_MS } from '../../kernel/utc-day.js';

/** How long a suppression may be asked for, besides an instant. */
export const SUPPRESSION_LENGTHS = ['7d', '30d', 'forever'] as const;
export type SuppressionLength = (typeof SUPPRESSION_LENGTHS)[number];

const DAYS: Readonly<Record<Exclude<SuppressionLength, 'forever'>, number>> = {
  '7d': 7,
  '30d': 30,
};

/** How far away an end may be without the permission `suppressions.forever`, in days. */
export const MAX_SUPPRESSION_DAYS = 90;

/** The end that a request names, in one of two ways. */
export interface NamedEnd {
  readonly for?: SuppressionLength | undefined;
  readonly until?: string | undefined;
}

/** When something of this length ends that begins now; null: never. */
export function endOfLength(length: SuppressionLength, now: Date): Date | null {
  return length === 'forever' ? null : new Date(now.getTime() + DAYS[length] * DAY_MS);
}

/**
 * The end that a request names; null: never; undefined where it names none. Throws a 400 for both ways at
 * once, and for an end that is not ahead.
 */
export function namedEnd({ for: length, until }: NamedEnd, now: Date): Date | null | undefined {
  if (length != null && until != null) throw invalidField('for', 'give for or until, not both');
  if (length != null) return endOfLength(length, now);
  if (until == null) return undefined;
  const end = new Date(until);
  if (end.getTime() <= now.getTime()) throw invalidField('until', 'until must be ahead');
  return end;
}

/** Whether a suppression takes the permission `suppressions.forever`: for good, for long, or over many scopes. */
export function isFarReaching(
  { entityId }: { readonly entityType?: string | null; readonly entityId?: string | null },
  end: Date | null,
  now: Date,
): boolean {
  if (entityId == null || end === null) return true;
  return end.getTime() - now.getTime() > MAX_SUPPRESSION_DAYS * DAY_MS;
}
