import { type Schemas } from '../../api/client.js';

const DAY_MS = 86_400_000;
const MAX_DAYS = 90;

/**
 * Whether a suppression takes the permission `suppressions.forever`: for good, for over 90 days, or in more
 * than one scope. `now` is in ms. Source: docs/domain.md, "Suppressions".
 */
export function isFarReaching(
  { entityId, until }: Pick<Schemas['SuppressionAnswer'], 'entityId' | 'until'>,
  now: number,
): boolean {
  if (entityId === null || until === null) return true;
  return Date.parse(until) - now > MAX_DAYS * DAY_MS;
}
