import { type Scope } from '../../kernel/scope.js';
import { utcDate } from '../../kernel/utc-day.js';

/** `nba:<actor>:<entityType>:<entityId>:<yyyy-mm-dd>`: the runs of one actor in one scope on one UTC day. */
export function nextActionRunKey(actor: string, scope: Scope, now: Date): string {
  return `nba:${actor}:${scope.entityType}:${scope.entityId}:${utcDate(now)}`;
}
