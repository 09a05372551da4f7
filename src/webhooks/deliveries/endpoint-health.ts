import { DAY_MS } from '../../kernel/utc-day.js';

/** So many failures in a row make an endpoint fail: `webhook.failing`. */
export const FAILING_AFTER = 5;

/**
 * An endpoint of which every try has failed for so long is disabled, in ms: if FAILING_AFTER of them failed in
 * the last 24 h. So the first failure after a long silence disables nothing.
 */
export const DISABLED_AFTER_MS = 5 * DAY_MS;

/**
 * Whether a try counts for the health of its endpoint. That of an event of webhooks does not: otherwise two
 * endpoints that fail could keep sending each other the news of it.
 */
export function countsForHealth(eventKey: string): boolean {
  return !eventKey.startsWith('webhook.');
}
