import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What operators set on a next best action: a note, a held priority, a snooze that ends when it gets worse. */
export class OperateNextActions1796001720000 implements MigrationInterface {
  readonly name = 'OperateNextActions1796001720000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE "next_best_actions"
        ADD "note" text,
        ADD "priority_held" boolean NOT NULL DEFAULT false,
        ADD "snooze_until_worse" boolean NOT NULL DEFAULT false,
        ADD "snoozed_priority" text,
        ADD "snoozed_score" integer,
        ADD CONSTRAINT "ck_next_best_actions_snoozed_priority"
          CHECK ("snoozed_priority" IN ('low', 'medium', 'high', 'critical'))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE "next_best_actions"
        DROP CONSTRAINT "ck_next_best_actions_snoozed_priority",
        DROP COLUMN "note",
        DROP COLUMN "priority_held",
        DROP COLUMN "snooze_until_worse",
        DROP COLUMN "snoozed_priority",
        DROP COLUMN "snoozed_score"`);
  }
}
