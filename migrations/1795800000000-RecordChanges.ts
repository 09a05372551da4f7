import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Executions keep their input and what they changed, an NBA the execution that closed it, and
 * idempotency keys have a table of their own. It only adds, so that it locks the tables for a moment;
 * the next one fills what is new.
 */
export class RecordChanges1795800000000 implements MigrationInterface {
  readonly name = 'RecordChanges1795800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "next_best_actions" ADD "closed_by_execution_id" uuid`);
    await runner.query(`
      ALTER TABLE "next_action_executions"
      ADD "input" jsonb,
      ADD "changes" jsonb NOT NULL DEFAULT '{}'`);
    await runner.query(`
      CREATE TABLE "idempotency_keys" (
        "actor_id" uuid NOT NULL,
        "key" text NOT NULL,
        "request_hash" text NOT NULL,
        "execution_id" uuid NOT NULL,
        "status" text NOT NULL,
        "created_at" timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT "pk_idempotency_keys" PRIMARY KEY ("actor_id", "key"),
        CONSTRAINT "ck_idempotency_keys_status" CHECK ("status" IN ('success', 'failed'))
      )`);
    await runner.query(
      `CREATE INDEX "ix_idempotency_keys_created_at" ON "idempotency_keys" ("created_at")`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "idempotency_keys"`);
    await runner.query(`
      ALTER TABLE "next_action_executions" DROP COLUMN "input", DROP COLUMN "changes"`);
    await runner.query(`ALTER TABLE "next_best_actions" DROP COLUMN "closed_by_execution_id"`);
  }
}
