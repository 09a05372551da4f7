import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Moves the keys of the last 30 days out of the executions, and notes which execution closed an NBA. */
export class MoveIdempotencyKeys1795800100000 implements MigrationInterface {
  readonly name = 'MoveIdempotencyKeys1795800100000';

  async up(runner: QueryRunner): Promise<void> {
    // The first press that changed an NBA closed it; those of one that was closed by hand changed nothing.
    await runner.query(`
      UPDATE "next_best_actions" nba SET "closed_by_execution_id" = closer.id
      FROM (
        SELECT DISTINCT ON (next_action_id) next_action_id, id FROM "next_action_executions"
        WHERE status = 'success' AND action_key IN ('mark_done', 'dismiss', 'dont_suggest_again_30d')
          AND COALESCE(meta ->> 'changed', 'true') = 'true'
        ORDER BY next_action_id, id) closer
      WHERE nba.id = closer.next_action_id AND nba.status IN ('done', 'dismissed')`);
    // Of several uses of a key, a success answers, and of failures the last.
    await runner.query(`
      INSERT INTO "idempotency_keys" (actor_id, key, request_hash, execution_id, status, created_at)
      SELECT DISTINCT ON (actor_id, key) actor_id, key, request_hash, execution_id, status, created_at
      FROM (
        SELECT actor_id, idempotency_key AS key, request_hash, id AS execution_id, status,
          started_at AS created_at, 1 AS kind
        FROM "next_action_executions"
        WHERE actor_id IS NOT NULL AND idempotency_key IS NOT NULL AND request_hash IS NOT NULL
          AND started_at > now() - interval '30 days'
        UNION ALL
        SELECT replayed.actor_id, replayed.idempotency_key, replayed.request_hash, execution_id,
          'success', started_at, 2
        FROM "next_action_replayed_keys" replayed
        JOIN "next_action_executions" execution ON execution.id = execution_id
        WHERE started_at > now() - interval '30 days') used
      ORDER BY actor_id, key, status = 'success' DESC, kind, created_at DESC`);
    await runner.query(`DROP TABLE "next_action_replayed_keys"`);
    await runner.query(`ALTER TABLE "next_action_executions" DROP COLUMN "idempotency_key"`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "next_action_executions" ADD "idempotency_key" text`);
    // An execution holds one key: the one it ran under cannot be told from one that it answered.
    await runner.query(`
      UPDATE "next_action_executions" execution
      SET idempotency_key = used.key, request_hash = used.request_hash
      FROM (
        SELECT DISTINCT ON (execution_id) execution_id, actor_id, key, request_hash
        FROM "idempotency_keys" ORDER BY execution_id, created_at, key) used
      WHERE used.execution_id = execution.id AND used.actor_id = execution.actor_id`);
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
      INSERT INTO "next_action_replayed_keys" (actor_id, idempotency_key, execution_id, request_hash)
      SELECT used.actor_id, used.key, used.execution_id, used.request_hash
      FROM "idempotency_keys" used
      JOIN "next_action_executions" execution ON execution.id = used.execution_id
      WHERE used.status = 'success'
        AND (execution.idempotency_key, execution.actor_id) IS DISTINCT FROM (used.key, used.actor_id)`);
    await runner.query(`DELETE FROM "idempotency_keys"`);
    await runner.query(`UPDATE "next_best_actions" SET "closed_by_execution_id" = NULL`);
  }
}
