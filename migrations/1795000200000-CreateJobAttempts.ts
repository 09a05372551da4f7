import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The tries of jobs, with their heartbeats. The jobs themselves are pg-boss's, which migrates itself. */
export class CreateJobAttempts1795000200000 implements MigrationInterface {
  readonly name = 'CreateJobAttempts1795000200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "job_attempts" (
        "id" uuid NOT NULL,
        "job_id" uuid NOT NULL,
        "type" text NOT NULL,
        "attempt" integer NOT NULL,
        "dedupe_key" text,
        "entity_type" text,
        "entity_id" text,
        "status" text NOT NULL,
        "worker_id" uuid NOT NULL,
        "started_at" timestamptz NOT NULL,
        "heartbeat_at" timestamptz NOT NULL,
        "finished_at" timestamptz,
        "error_code" text,
        "error_message" text,
        CONSTRAINT "pk_job_attempts" PRIMARY KEY ("id"),
        CONSTRAINT "ck_job_attempts_status"
          CHECK ("status" IN ('running', 'succeeded', 'failed', 'dead_lettered', 'interrupted'))
      )`);
    await runner.query(`
      CREATE UNIQUE INDEX "uq_job_attempts_attempt" ON "job_attempts" ("job_id", "attempt")`);
    await runner.query(`
      CREATE INDEX "ix_job_attempts_open" ON "job_attempts" ("status", "heartbeat_at")
      WHERE "status" IN ('running', 'dead_lettered')`);
    await runner.query(`
      CREATE INDEX "ix_job_attempts_key" ON "job_attempts" ("type", "dedupe_key")
      WHERE "dedupe_key" IS NOT NULL AND "status" <> 'succeeded'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "job_attempts"`);
  }
}
