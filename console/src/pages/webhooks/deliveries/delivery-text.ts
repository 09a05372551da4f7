import { type Delivery, type DeliveryTry } from '../../../api/webhooks.js';
import { type Tone } from '../../../ui/badge.js';

const HOUR_MS = 60 * 60 * 1000;
/** A try that is due so soon is waited for. */
const SOON_MS = 60_000;

/** Since when events are listed, by a span that stands in the address. */
export const SPANS = [
  ['', 'Any time'],
  ['1h', 'The last hour'],
  ['24h', 'The last 24 hours'],
  ['7d', 'The last 7 days'],
] as const;

const SPAN_MS: Readonly<Record<string, number>> = {
  '1h': HOUR_MS,
  '24h': 24 * HOUR_MS,
  '7d': 7 * 24 * HOUR_MS,
};

/** The beginning of a span that ends now; undefined for none. */
export function sinceOf(span: string, now: number): string | undefined {
  const ms = SPAN_MS[span];
  return ms === undefined ? undefined : new Date(now - ms).toISOString();
}

export const TONES: Readonly<Record<Delivery['state'], Tone>> = {
  delivered: 'good',
  failed: 'bad',
  pending: 'warn',
};

/** What the last try of a delivery came to, in short. */
export function outcomeOf({ tries, lastStatus, lastError }: Delivery): string {
  if (lastStatus !== null) return String(lastStatus);
  if (lastError !== null) return lastError;
  return tries === 0 ? 'not tried yet' : 'under way';
}

/** The same in a word or two. */
export function shortOutcomeOf(delivery: Delivery): string {
  const { lastStatus, lastError } = delivery;
  return lastStatus === null && lastError !== null ? 'no answer' : outcomeOf(delivery);
}

/** Whether something is about to happen to a delivery, so that it is worth looking again. */
export function isUnderWay({ state, nextTryAt }: Delivery, now: number): boolean {
  if (state !== 'pending') return false;
  return nextTryAt === null || Date.parse(nextTryAt) - now < SOON_MS;
}

/** Whether a try was a success. */
export function isSuccess({ errorCode }: DeliveryTry): boolean {
  return errorCode === null;
}

/** A duration in its fitting unit: `84 ms`, `1.5 s`. */
export function durationOf(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** JSON with line breaks; other text as it is. */
export function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
