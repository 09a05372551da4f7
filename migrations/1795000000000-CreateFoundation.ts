import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Users, next best actions with their executions, stored events and rate-limit counters. */
export class CreateFoundation1795000000000 implements MigrationInterface {
  readonly name = 'CreateFoundation1795000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "users" (
        "id" uuid NOT NULL,
        "email" text NOT NULL,
        "password_hash" text NOT NULL,
        "role" text NOT NULL,
        "disabled_at" timestamptz,
        "created_at" timestamptz NOT NULL DEFAULT now(),
        "updated_at" timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT "pk_users" PRIMARY KEY ("id"),
        CONSTRAINT "ck_users_role" CHECK ("role" IN ('admin', 'operator')),
        CONSTRAINT "ck_users_email" CHECK ("email" = lower("email"))
      )`);
    await runner.query(`CREATE UNIQUE INDEX "uq_users_email" ON "users" ("email")`);

    await runner.query(`
      CREATE TABLE "next_best_actions" (
        "id" uuid NOT NULL,
        "title" text NOT NULL,
        "reason" text,
        "priority" text NOT NULL,
        "score" integer NOT NULL,
        "status" text NOT NULL DEFAULT 'queued',
        "origin" text NOT NULL DEFAULT 'api',
        "source_type" text,
        "source_id" text,
        "action_url" text,
        "payload" jsonb NOT NULL DEFAULT '{}',
        "explanation" jsonb,
        "created_by_rule" text,
        "template_key" text,
        "dedupe_key" text,
        "entity_type" text NOT NULL,
        "entity_id" text NOT NULL,
        "snoozed_until" timestamptz,
        "last_executed_at" timestamptz,
        "last_execution_status" text,
        "last_execution_error_code" text,
        "last_execution_error_message" text,
        "created_at" timestamptz(3) NOT NULL DEFAULT now(),
        "updated_at" timestamptz NOT NULL DEFAULT now(),
        "completed_at" timestamptz,
        "dismissed_at" timestamptz,
        CONSTRAINT "pk_next_best_actions" PRIMARY KEY ("id"),
        CONSTRAINT "ck_next_best_actions_priority" CHECK ("priority" IN ('low', 'medium', 'high', 'critical')),
        CONSTRAINT "ck_next_best_actions_status" CHECK ("status" IN ('queued', 'done', 'dismissed', 'expired')),
        CONSTRAINT "ck_next_best_actions_score" CHECK ("score" BETWEEN 0 AND 100),
        CONSTRAINT "ck_next_best_actions_origin" CHECK ("origin" IN ('api', 'rule')),
        CONSTRAINT "ck_next_best_actions_last_execution_status"
          CHECK ("last_execution_status" IN ('success', 'failed'))
      )`);
    await runner.query(`
      CREATE UNIQUE INDEX "uq_next_best_actions_dedupe"
      ON "next_best_actions" ("entity_type", "entity_id", "dedupe_key")
      WHERE "status" = 'queued' AND "dedupe_key" IS NOT NULL`);
    await runner.query(`
      CREATE INDEX "ix_next_best_actions_queue"
      ON "next_best_actions" ("entity_type", "entity_id", "score" DESC, "created_at" DESC, "id" DESC)
      INCLUDE ("snoozed_until")
      WHERE "status" = 'queued'`);
    await runner.query(`
      CREATE INDEX "ix_next_best_actions_scope"
      ON "next_best_actions" ("entity_type", "entity_id", "score" DESC, "created_at" DESC, "id" DESC)`);

    await runner.query(`
      CREATE TABLE "next_action_executions" (
        "id" uuid NOT NULL,
        "next_action_id" uuid NOT NULL,
        "action_key" text NOT NULL,
        "status" text NOT NULL,
        "started_at" timestamptz NOT NULL,
        "finished_at" timestamptz NOT NULL,
        "error_code" text,
        "error_message" text,
        "meta" jsonb NOT NULL DEFAULT '{}',
        "actor_id" uuid,
        "idempotency_key" text,
        "request_hash" text,
        CONSTRAINT "pk_next_action_executions" PRIMARY KEY ("id"),
        CONSTRAINT "ck_next_action_executions_status" CHECK ("status" IN ('success', 'failed')),
        CONSTRAINT "fk_next_action_executions_next_action" FOREIGN KEY ("next_action_id")
          REFERENCES "next_best_actions" ("id") ON DELETE CASCADE
      )`);
    await runner.query(`
      CREATE INDEX "ix_next_action_executions_next_action"
      ON "next_action_executions" ("next_action_id", "id")`);
    await runner.query(`
      CREATE INDEX "ix_next_action_executions_action"
      ON "next_action_executions" ("action_key", "started_at")`);
    await runner.query(`
      CREATE INDEX "ix_next_action_executions_dedupe"
      ON "next_action_executions" ("next_action_id", "action_key", "started_at")
      WHERE "status" = 'success'`);
    await runner.query(`
      CREATE UNIQUE INDEX "uq_next_action_executions_idempotency"
      ON "next_action_executions" ("actor_id", "idempotency_key")
      WHERE "status" = 'success' AND "idempotency_key" IS NOT NULL`);
    await runner.query(`
      CREATE INDEX "ix_next_action_executions_failed_key"
      ON "next_action_executions" ("actor_id", "idempotency_key")
      WHERE "status" = 'failed' AND "idempotency_key" IS NOT NULL`);

    await runner.query(`
      CREATE TABLE "next_action_replayed_keys" (
        "actor_id" uuid NOT NULL,
        "idempotency_key" text NOT NULL,
        "execution_id" uuid NOT NULL,
        "request_hash" text NOT NULL,
        CONSTRAINT "pk_next_action_replayed_keys" PRIMARY KEY ("actor_id", "idempotency_key"),
        CONSTRAINT "fk_next_action_replayed_keys_execution" FOREIGN KEY ("execution_id")
          REFERENCES "next_action_executions" ("id") ON DELETE CASCADE
      )`);
    await runner.query(`
      CREATE INDEX "ix_next_action_replayed_keys_execution"
      ON "next_action_replayed_keys" ("execution_id")`);

    await runner.query(`
      CREATE TABLE "ops_events" (
        "id" uuid NOT NULL,
        "level" text NOT NULL,
        "event_key" text NOT NULL,
        "status" text,
        "actor_id" uuid,
        "source_type" text,
        "source_id" text,
        "request_id" text,
        "duration_ms" integer,
        "error_code" text,
        "error_message" text,
        "meta" jsonb NOT NULL DEFAULT '{}',
        "created_at" timestamptz NOT NULL,
        CONSTRAINT "pk_ops_events" PRIMARY KEY ("id"),
        CONSTRAINT "ck_ops_events_level" CHECK ("level" IN ('info', 'warn', 'error')),
        CONSTRAINT "ck_ops_events_status" CHECK ("status" IN ('success', 'failed', 'stubbed'))
      )`);
    await runner.query(`CREATE INDEX "ix_ops_events_key" ON "ops_events" ("event_key", "id")`);
    await runner.query(`CREATE INDEX "ix_ops_events_source" ON "ops_events" ("source_id", "id")`);

    // Counters of the last minute: not worth a flush to disk, and gone after a crash.
    await runner.query(`
      CREATE UNLOGGED TABLE "rate_limits" (
        "key" text NOT NULL,
        "hits" integer NOT NULL,
        "expires_at" timestamptz NOT NULL,
        CONSTRAINT "pk_rate_limits" PRIMARY KEY ("key")
      ) WITH (fillfactor = 50)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [
      'rate_limits',
      'ops_events',
      'next_action_replayed_keys',
      'next_action_executions',
      'next_best_actions',
      'users',
    ]) {
      await runner.query(`DROP TABLE "${table}"`);
    }
  }
}
