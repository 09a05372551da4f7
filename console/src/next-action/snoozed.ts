import { type NextAction } from '../api/client.js';

/** Whether a next best action is snoozed at a time, in ms since the epoch. */
export function isSnoozed<T extends Pick<NextAction, 'snoozedUntil'>>(
  item: T,
  now: number,
): item is T & { readonly snoozedUntil: string } {
  return item.snoozedUntil !== null && Date.parse(item.snoozedUntil) > now;
}
