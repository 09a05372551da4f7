import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The types of this application, which all had a queue of their own in pg-boss. */
const TYPES = [
  'score.compute',
  'risk.run_rules',
  'next_actions.run',
  'retry_failed_deliveries',
  'schedule.score.compute',
  'schedule.risk.run_rules',
  'schedule.next_actions.run',
];

/** The schema version of the only pg-boss that this application used. */
const PG_BOSS_VERSION = 24;

/**
 * The queue as a table of ours. Takes over the jobs of this application from the schema `pgboss`, if that is
 * the one that this application installed; what belongs to another application in it stays as it is.
 * Reverting loses the jobs: the build before installs an empty pg-boss again.
 */
export class CreateJobs1796000000000 implements MigrationInterface {
  readonly name = 'CreateJobs1796000000000';

  async up(runner: QueryRunner): Promise<void> {
    await createTables(runner);
    if (await isOurPgBoss(runner)) await takeOver(runner);
    await shrinkAttempts(runner);
    // The claims read the dead index entries of claimed jobs until they are vacuumed.
    await runner.query(`
      ALTER TABLE "jobs" SET (
        autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE "job_attempts"
        ADD "id" uuid NOT NULL DEFAULT gen_random_uuid(), ADD "type" text, ADD "dedupe_key" text,
        ADD "entity_type" text, ADD "entity_id" text, ALTER "finished_at" DROP NOT NULL,
        DROP CONSTRAINT "ck_job_attempts_status", DROP CONSTRAINT "pk_job_attempts"`);
    await runner.query(`
      UPDATE "job_attempts" attempt SET type = job.type, dedupe_key = job.dedupe_key,
        entity_type = job.entity_type, entity_id = job.entity_id
      FROM "jobs" job WHERE job.id = attempt.job_id`);
    await runner.query(`
      ALTER TABLE "job_attempts" ALTER "id" DROP DEFAULT, ALTER "type" SET NOT NULL,
        ADD CONSTRAINT "pk_job_attempts" PRIMARY KEY ("id"),
        ADD CONSTRAINT "ck_job_attempts_status"
          CHECK ("status" IN ('running', 'succeeded', 'failed', 'dead_lettered', 'interrupted'))`);
    await runner.query(`
      CREATE UNIQUE INDEX "uq_job_attempts_attempt" ON "job_attempts" ("job_id", "attempt")`);
    await runner.query(`
      CREATE INDEX "ix_job_attempts_open" ON "job_attempts" ("status", "heartbeat_at")
      WHERE "status" IN ('running', 'dead_lettered')`);
    await runner.query(`
      CREATE INDEX "ix_job_attempts_key" ON "job_attempts" ("type", "dedupe_key")
      WHERE "dedupe_key" IS NOT NULL AND "status" <> 'succeeded'`);
    await runner.query(`DROP TABLE "job_schedules"`);
    await runner.query(`DROP TABLE "jobs"`);
  }
}

async function createTables(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE "jobs" (
      "id" uuid NOT NULL,
      "type" text NOT NULL,
      "payload" jsonb NOT NULL,
      "dedupe_key" text,
      "entity_type" text,
      "entity_id" text,
      "next_action_id" uuid,
      "state" text NOT NULL DEFAULT 'waiting',
      "attempts" integer NOT NULL DEFAULT 0,
      "failed_attempts" integer NOT NULL DEFAULT 0,
      "run_after" timestamptz NOT NULL,
      "created_at" timestamptz NOT NULL,
      "started_at" timestamptz,
      "heartbeat_at" timestamptz,
      "finished_at" timestamptz,
      "worker_id" uuid,
      "last_error_code" text,
      "last_error_message" text,
      CONSTRAINT "pk_jobs" PRIMARY KEY ("id"),
      CONSTRAINT "ck_jobs_state" CHECK ("state" IN
        ('waiting', 'retrying', 'running', 'completed', 'cancelled', 'dead_lettered'))
    )`);
  await runner.query(`
    CREATE INDEX "ix_jobs_due" ON "jobs" ("type", "run_after", "id")
    WHERE "state" IN ('waiting', 'retrying')`);
  await runner.query(`
    CREATE UNIQUE INDEX "uq_jobs_waiting_key" ON "jobs" ("type", "dedupe_key")
    WHERE "state" = 'waiting' AND "dedupe_key" IS NOT NULL`);
  await runner.query(`
    CREATE UNIQUE INDEX "uq_jobs_running_key" ON "jobs" ("type", "dedupe_key")
    WHERE "state" = 'running' AND "dedupe_key" IS NOT NULL`);
  await runner.query(`
    CREATE INDEX "ix_jobs_retrying_key" ON "jobs" ("type", "dedupe_key")
    WHERE "state" = 'retrying' AND "dedupe_key" IS NOT NULL`);
  await runner.query(`
    CREATE INDEX "ix_jobs_heartbeat" ON "jobs" ("heartbeat_at") WHERE "state" = 'running'`);
  await runner.query(`
    CREATE INDEX "ix_jobs_troubled" ON "jobs" ("entity_type", "entity_id", "state")
    WHERE "state" = 'dead_lettered' OR "state" = 'retrying' AND "failed_attempts" > 0`);
  await runner.query(`CREATE INDEX "ix_jobs_list" ON "jobs" ("type", "state", "id")`);
  await runner.query(`
    CREATE INDEX "ix_jobs_next_action" ON "jobs" ("next_action_id", "id")
    WHERE "next_action_id" IS NOT NULL`);
  await runner.query(`
    CREATE INDEX "ix_jobs_ended" ON "jobs" ("state", "finished_at")
    WHERE "state" IN ('completed', 'cancelled', 'dead_lettered')`);
  await runner.query(`
    CREATE TABLE "job_schedules" (
      "type" text NOT NULL,
      "last_tick_at" timestamptz NOT NULL,
      CONSTRAINT "pk_job_schedules" PRIMARY KEY ("type")
    )`);
}

/**
 * Whether there is a pg-boss that this application installed: in the version that it used, in a schema that
 * belongs to its role, with one of its queues. The catalogs are read first, since the schema of another
 * application may be closed to this role or have other tables.
 */
async function isOurPgBoss(runner: QueryRunner): Promise<boolean> {
  const [found] = (await runner.query(`
    SELECT count(*)::int AS tables FROM pg_catalog.pg_class AS relation
    JOIN pg_catalog.pg_namespace AS schema ON schema.oid = relation.relnamespace
    WHERE schema.nspname = 'pgboss' AND relation.relname IN ('version', 'queue', 'job', 'archive')
      AND pg_has_role(schema.nspowner, 'USAGE') AND pg_has_role(relation.relowner, 'USAGE')`)) as [
    { tables: number },
  ];
  if (found.tables < 4) return false;
  const [versions] = (await runner.query(`
    SELECT count(*)::int AS count FROM pgboss.version WHERE version = ${PG_BOSS_VERSION}`)) as [
    { count: number },
  ];
  if (versions.count === 0) return false;
  const queues = (await runner.query(`SELECT FROM pgboss.queue WHERE name = ANY ($1) LIMIT 1`, [
    TYPES,
  ])) as unknown[];
  return queues.length > 0;
}

/**
 * Copies the jobs of our queues with what their attempts say, and deletes those queues. A queue is ours if
 * it is of one of our types, or of a type whose attempts are on record, or if all of its jobs are like ours:
 * with an id that is a UUIDv7 and a singleton key. If no other queue is left, the schema goes, too.
 */
async function takeOver(runner: QueryRunner): Promise<void> {
  // What a server of the build before still enqueues must not be lost: from here on, it fails.
  await runner.query(
    `LOCK TABLE pgboss.queue, pgboss.job, pgboss.archive IN ACCESS EXCLUSIVE MODE`,
  );
  const queues = (await runner.query(
    `SELECT queue.name,
       queue.name = ANY ($1)
       OR queue.name IN (SELECT type FROM "job_attempts")
       OR queue.policy = 'short' AND (
         SELECT COALESCE(bool_and(job.singleton_key IS NOT NULL AND substr(job.id::text, 15, 1) = '7'),
           false)
         FROM pgboss.job AS job WHERE job.name = queue.name) AS ours
     FROM pgboss.queue AS queue WHERE queue.name NOT LIKE '\\_\\_pgboss\\_\\_%'`,
    [TYPES],
  )) as { name: string; ours: boolean | null }[];
  const ours = queues.filter((queue) => queue.ours).map(({ name }) => name);
  // started_on is null in a job that a stop put back: the attempt that was interrupted did not count.
  await runner.query(
    `INSERT INTO "jobs" (id, type, payload, dedupe_key, entity_type, entity_id, next_action_id, state,
      attempts, failed_attempts, run_after, created_at, started_at, heartbeat_at, finished_at, worker_id,
      last_error_code, last_error_message)
    SELECT job.id, job.name, COALESCE(job.data, '{}') - '_scope',
      CASE WHEN job.singleton_key IS NULL THEN 'tick' ELSE NULLIF(job.singleton_key, job.id::text) END,
      COALESCE(job.data -> '_scope' ->> 'entityType', job.data ->> 'entityType'),
      COALESCE(job.data -> '_scope' ->> 'entityId', job.data ->> 'entityId'),
      CASE WHEN job.data ->> 'nextActionId' ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'
        THEN (job.data ->> 'nextActionId')::uuid END,
      CASE job.state::text
        WHEN 'created' THEN 'waiting' WHEN 'retry' THEN 'retrying'
        WHEN 'active' THEN CASE WHEN running.id IS NULL THEN 'retrying' ELSE 'running' END
        WHEN 'failed' THEN 'dead_lettered' ELSE job.state::text END,
      COALESCE(last.attempt, 0),
      job.retry_count
        + CASE WHEN job.state::text IN ('retry', 'failed') AND job.started_on IS NOT NULL THEN 1 ELSE 0 END,
      job.start_after, job.created_on, last.started_at, last.heartbeat_at, job.completed_on, last.worker_id,
      error.error_code, error.error_message
    FROM pgboss.job AS job
    LEFT JOIN LATERAL (
      SELECT * FROM "job_attempts" WHERE job_id = job.id ORDER BY attempt DESC LIMIT 1) AS last ON true
    LEFT JOIN LATERAL (
      SELECT id FROM "job_attempts" WHERE job_id = job.id AND status = 'running' LIMIT 1) AS running ON true
    LEFT JOIN LATERAL (
      SELECT error_code, error_message FROM "job_attempts"
      WHERE job_id = job.id AND error_code IS NOT NULL AND job.state::text <> 'completed'
      ORDER BY attempt DESC LIMIT 1) AS error ON true
    WHERE job.name = ANY ($1)`,
    [ours],
  );
  if (ours.length === queues.length) {
    await runner.query(`DROP SCHEMA pgboss CASCADE`);
    return;
  }
  await runner.query(`DELETE FROM pgboss.archive WHERE name = ANY ($1)`, [ours]);
  await runner.query(`DELETE FROM pgboss.job WHERE name = ANY ($1)`, [ours]);
  // The foreign keys of the library's tables are checked when the transaction ends, unless told otherwise.
  await runner.query(`SET CONSTRAINTS ALL IMMEDIATE`);
  for (const name of ours) await runner.query(`SELECT pgboss.delete_queue($1)`, [name]);
}

/** An attempt is its job and its number, a running one is in its job's row, and the rest is in the job. */
async function shrinkAttempts(runner: QueryRunner): Promise<void> {
  await runner.query(`
    DELETE FROM "job_attempts" attempt
    WHERE status = 'running' OR NOT EXISTS (SELECT FROM "jobs" job WHERE job.id = attempt.job_id)`);
  await runner.query(
    `UPDATE "job_attempts" SET finished_at = heartbeat_at WHERE finished_at IS NULL`,
  );
  await runner.query(`DROP INDEX "ix_job_attempts_open", "ix_job_attempts_key"`);
  await runner.query(`
    ALTER TABLE "job_attempts"
      DROP CONSTRAINT "pk_job_attempts", DROP CONSTRAINT "ck_job_attempts_status",
      DROP COLUMN "id", DROP COLUMN "type", DROP COLUMN "dedupe_key",
      DROP COLUMN "entity_type", DROP COLUMN "entity_id",
      ALTER "finished_at" SET NOT NULL`);
  await runner.query(`DROP INDEX "uq_job_attempts_attempt"`);
  await runner.query(`
    ALTER TABLE "job_attempts"
      ADD CONSTRAINT "pk_job_attempts" PRIMARY KEY ("job_id", "attempt"),
      ADD CONSTRAINT "ck_job_attempts_status"
        CHECK ("status" IN ('succeeded', 'failed', 'dead_lettered', 'interrupted'))`);
}
