import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

/** The hash of a request: NBA, action and input, whatever the order of the input's keys. */
export function fingerprint(press: {
  readonly nextActionId: string;
  readonly actionKey: string;
  readonly input?: unknown;
}): string {
  // No input and an empty one are the same to the action.
  const input = isDeepStrictEqual(press.input, {}) ? null : (press.input ?? null);
  const request = [press.nextActionId.toLowerCase(), press.actionKey, sorted(input)];
  return createHash('sha256').update(JSON.stringify(request)).digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return { entries: entries.map(([key, item]) => [key, sorted(item)]) };
}
