import { rowsById } from '../database/retention/retention-rules.js';

/** Score snapshots, but never the newest of a scope or of a lead. One that was confirmed counts from then. */
export const SCORE_SNAPSHOT_RETENTION = rowsById({
  table: 'score_snapshots',
  days: ({ scores }) => scores,
  what: 'snapshots that are not the newest of their scope or lead',
  old: 'COALESCE(item.confirmed_at, item.computed_at) < $1',
  unless: `CASE item.subject
    WHEN 'lead' THEN NOT EXISTS (
      SELECT FROM score_snapshots AS newer
      WHERE newer.lead_id = item.lead_id
        AND (newer.computed_at, newer.id) > (item.computed_at, item.id))
    ELSE NOT EXISTS (
      SELECT FROM score_snapshots AS newer
      WHERE newer.subject = 'scope' AND newer.entity_type = item.entity_type
        AND newer.entity_id = item.entity_id
        AND (newer.computed_at, newer.id) > (item.computed_at, item.id))
    END`,
});

/** Transitions of scores: the same one is not published again for an hour. */
export const SCORE_EVENT_RETENTION = rowsById({
  table: 'score_events',
  days: ({ scores }) => scores,
  what: 'transitions',
  old: 'item.occurred_at < $1',
});
