import { createHash } from 'node:crypto';

/** The hash of a request: NBA, action and input, whatever the order of the input's keys. */
export function fingerprint(press: {
  readonly nextActionId: string;
  readonly actionKey: string;
  readonly input?: unknown;
}): string {
  const request = [press.nextActionId.toLowerCase(), press.actionKey, sorted(press.input ?? null)];
  return createHash('sha256').update(JSON.stringify(request)).digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return { entries: entries.map(([key, item]) => [key, sorted(item)]) };
}
