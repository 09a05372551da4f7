import { type Webhook } from '../../api/webhooks.js';

/** Where a webhook goes, without the scheme: host and path. */
export function placeOf(url: string): string {
  const { host, pathname, search } = new URL(url);
  return `${host}${pathname === '/' ? '' : pathname}${search}`;
}

const REASONS: Readonly<Record<NonNullable<Webhook['disabledReason']>, string>> = {
  operator: 'disabled by hand',
  gone: 'disabled: it answered 410 Gone',
  failing: 'disabled: it failed for too long',
};

/** Why a webhook is disabled. */
export function reasonOf({ disabledReason }: Webhook): string {
  return disabledReason === null ? 'disabled' : REASONS[disabledReason];
}

/** The events of a webhook in short: the first two, and how many more. */
export function eventsOf(keys: readonly string[]): string {
  if (keys.includes('*')) return 'all events';
  const more = keys.length - 2;
  return `${keys.slice(0, 2).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** A time as a field for date and time takes it, in the zone of the reader. */
export function localInputOf(time: Date): string {
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
