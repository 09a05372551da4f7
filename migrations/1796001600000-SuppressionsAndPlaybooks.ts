import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Suppressions have an id, a reason, a wider scope or no end, and are ended instead of deleted. Runs count
 * what they held back. Ticks of playbook steps are on record.
 */
export class SuppressionsAndPlaybooks1796001600000 implements MigrationInterface {
  readonly name = 'SuppressionsAndPlaybooks1796001600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "next_action_suppressions" ADD "id" uuid`);
    // UUIDv7 of the time when it was set: lists are in the order of the ids.
    await runner.query(`
      UPDATE "next_action_suppressions" SET "id" = (
        lpad(to_hex((extract(epoch FROM "created_at") * 1000)::bigint), 12, '0') || '7'
        || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid`);
    await runner.query(`
      ALTER TABLE "next_action_suppressions"
        DROP CONSTRAINT "pk_next_action_suppressions",
        ADD CONSTRAINT "pk_next_action_suppressions" PRIMARY KEY ("id"),
        ALTER "entity_type" DROP NOT NULL,
        ALTER "entity_id" DROP NOT NULL,
        ALTER "rule_key" DROP NOT NULL,
        ALTER "suppressed_until" DROP NOT NULL,
        ADD "dedupe_key" text,
        ADD "reason" text,
        ADD "ended_at" timestamptz(3),
        ADD "ended_by" uuid,
        ADD CONSTRAINT "ck_next_action_suppressions_key"
          CHECK (num_nonnulls("rule_key", "dedupe_key") = 1),
        ADD CONSTRAINT "ck_next_action_suppressions_scope"
          CHECK ("entity_type" IS NOT NULL OR "entity_id" IS NULL)`);
    // One that was not lifted for each scope and key. NULLS NOT DISTINCT needs PostgreSQL 15.
    await runner.query(`
      CREATE UNIQUE INDEX "uq_next_action_suppressions_key" ON "next_action_suppressions"
        (COALESCE("entity_type", ''), COALESCE("entity_id", ''), COALESCE("rule_key", ''),
          COALESCE("dedupe_key", ''))
      WHERE "ended_at" IS NULL`);
    await runner.query(`
      CREATE INDEX "ix_next_action_suppressions_scope" ON "next_action_suppressions"
        ("entity_type", "entity_id", "id")`);

    await runner.query(
      `ALTER TABLE "next_action_runs" ADD "suppressed" integer NOT NULL DEFAULT 0`,
    );

    // For proposals: what operators dismissed lately, over all scopes.
    await runner.query(`
      CREATE INDEX "ix_next_best_actions_dismissed_at" ON "next_best_actions" ("dismissed_at")
      WHERE "status" = 'dismissed' AND "origin" = 'rule'`);

    await runner.query(`
      CREATE TABLE "playbook_steps" (
        "next_action_id" uuid NOT NULL,
        "step_key" text NOT NULL,
        "done_at" timestamptz(3) NOT NULL,
        "done_by" uuid,
        CONSTRAINT "pk_playbook_steps" PRIMARY KEY ("next_action_id", "step_key"),
        CONSTRAINT "fk_playbook_steps_next_action" FOREIGN KEY ("next_action_id")
          REFERENCES "next_best_actions" ("id") ON DELETE CASCADE
      )`);
  }

  /** What the older table can't hold is dropped: wider scopes, dedupe keys, and what was lifted. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "playbook_steps"`);
    await runner.query(`DROP INDEX "ix_next_best_actions_dismissed_at"`);
    await runner.query(`ALTER TABLE "next_action_runs" DROP COLUMN "suppressed"`);
    await runner.query(`
      DELETE FROM "next_action_suppressions"
      WHERE "entity_id" IS NULL OR "rule_key" IS NULL OR "ended_at" IS NOT NULL`);
    await runner.query(`
      UPDATE "next_action_suppressions" SET "suppressed_until" = now() + interval '10 years'
      WHERE "suppressed_until" IS NULL`);
    await runner.query(`DROP INDEX "ix_next_action_suppressions_scope"`);
    await runner.query(`DROP INDEX "uq_next_action_suppressions_key"`);
    await runner.query(`
      ALTER TABLE "next_action_suppressions"
        DROP CONSTRAINT "ck_next_action_suppressions_scope",
        DROP CONSTRAINT "ck_next_action_suppressions_key",
        DROP CONSTRAINT "pk_next_action_suppressions",
        DROP COLUMN "id",
        DROP COLUMN "dedupe_key",
        DROP COLUMN "reason",
        DROP COLUMN "ended_at",
        DROP COLUMN "ended_by",
        ALTER "entity_type" SET NOT NULL,
        ALTER "entity_id" SET NOT NULL,
        ALTER "rule_key" SET NOT NULL,
        ALTER "suppressed_until" SET NOT NULL,
        ADD CONSTRAINT "pk_next_action_suppressions"
          PRIMARY KEY ("entity_type", "entity_id", "rule_key")`);
  }
}
