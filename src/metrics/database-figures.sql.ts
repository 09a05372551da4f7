import { type Statement } from '../database/connections/statement.js';

/** Most jobs of a type and state that a scrape counts. */
export const COUNTED_JOBS = 10_000;

/** The states that are not the end of a job; attempts that ended are counted where they run. */
const COUNTED_STATES = ['waiting', 'retrying', 'running', 'dead_lettered'] as const;

/** Most consumers of the feed that a scrape shows. */
const SHOWN_CONSUMERS = 50;

/** The age of a time in seconds; 0 where there is none, or for one that a clock set in the future. */
const age = (time: string): string =>
  `greatest(0, COALESCE(extract(epoch FROM now() - ${time}), 0))::float8`;

/**
 * Jobs of the types $1 by state, each counted up to a limit. The order makes the planner read `ix_jobs_list`:
 * without, it may expect to find enough in the whole table, and read all of it where there are none.
 */
export const COUNT_JOBS: Statement = {
  name: 'scrape_jobs',
  text: `
    SELECT wanted.type, state.name AS state, (
      SELECT count(*) FROM (
        SELECT FROM jobs WHERE jobs.type = wanted.type AND jobs.state = state.name
        ORDER BY jobs.type, jobs.state, jobs.id LIMIT ${COUNTED_JOBS}) AS counted)::int AS count
    FROM unnest($1::text[]) AS wanted (type)
    CROSS JOIN unnest(ARRAY['${COUNTED_STATES.join("', '")}']) AS state (name)`,
};

/** How long the job that is due first waits, for each of the types $1: by `ix_jobs_due`. */
export const OLDEST_DUE_JOBS: Statement = {
  name: 'scrape_due_jobs',
  text: `
    SELECT wanted.type, ${age('due.run_after')} AS age
    FROM unnest($1::text[]) AS wanted (type)
    LEFT JOIN LATERAL (
      SELECT run_after FROM jobs
      WHERE jobs.type = wanted.type AND jobs.state IN ('waiting', 'retrying')
      ORDER BY jobs.type, jobs.run_after, jobs.id LIMIT 1) AS due ON true`,
};

/**
 * For each consumer of the feed, the age of the first event after its cursor, by `ix_ops_events_feed`. The
 * fan-out of webhooks does not read the feed while there is no endpoint: it is not behind then.
 */
export const CONSUMER_LAGS: Statement = {
  name: 'scrape_feed_lags',
  text: `
    SELECT consumer.name, ${age('next.created_at')} AS age
    FROM (
      SELECT name, epoch, xid, id FROM feed_cursors
      WHERE name <> 'webhooks'
        OR EXISTS (SELECT FROM webhook_endpoints WHERE deleted_at IS NULL)
      ORDER BY name LIMIT ${SHOWN_CONSUMERS}) AS consumer
    LEFT JOIN LATERAL (
      SELECT created_at FROM ops_events AS event
      WHERE (event.epoch, event.xid, event.id) > (consumer.epoch, consumer.xid, consumer.id)
      ORDER BY event.epoch, event.xid, event.id LIMIT 1) AS next ON true`,
};

/** The age of the oldest event that no reader of the feed may see yet: an older transaction is open. */
export const HORIZON_AGE: Statement = {
  name: 'scrape_feed_horizon',
  text: `
    SELECT ${age(`(
      SELECT created_at FROM ops_events
      WHERE (epoch, xid) >= (
        (SELECT max(epoch) FROM feed_epochs), pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
      ORDER BY epoch, xid, id LIMIT 1)`)} AS age`,
};

/** How long the webhook delivery that is due first waits, by `ix_webhook_deliveries_due`. */
export const OLDEST_DUE_DELIVERY: Statement = {
  name: 'scrape_due_deliveries',
  text: `
    SELECT ${age('min(due.next_try_at)')} AS age
    FROM webhook_endpoints AS endpoint
    CROSS JOIN LATERAL (
      SELECT next_try_at FROM webhook_deliveries
      WHERE webhook_deliveries.endpoint_id = endpoint.id AND webhook_deliveries.state = 'pending'
      ORDER BY webhook_deliveries.next_try_at LIMIT 1) AS due
    WHERE endpoint.status = 'enabled'`,
};
