import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Scores of leads refer to the lead's work item, so that they go when it is deleted, and are found
 * newest first. Until now no lead was ever scored: the column that is replaced is empty.
 */
export class CreateLeadScores1795000300000 implements MigrationInterface {
  readonly name = 'CreateLeadScores1795000300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "score_snapshots" DROP CONSTRAINT "ck_score_snapshots_lead"`);
    await runner.query(`ALTER TABLE "score_snapshots" DROP COLUMN "lead_id"`);
    await runner.query(`
      ALTER TABLE "score_snapshots"
        ADD COLUMN "lead_id" uuid,
        ADD CONSTRAINT "fk_score_snapshots_lead" FOREIGN KEY ("lead_id")
          REFERENCES "work_items" ("id") ON DELETE CASCADE,
        ADD CONSTRAINT "ck_score_snapshots_lead"
          CHECK (("subject" = 'lead') = ("lead_id" IS NOT NULL))`);
    await runner.query(`
      CREATE INDEX "ix_score_snapshots_lead"
      ON "score_snapshots" ("lead_id", "computed_at", "id")
      WHERE "lead_id" IS NOT NULL`);
  }

  /** Takes the scores of leads away: what stays refers to no work item. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM "score_snapshots" WHERE "subject" = 'lead'`);
    await runner.query(`ALTER TABLE "score_snapshots" DROP CONSTRAINT "ck_score_snapshots_lead"`);
    await runner.query(`ALTER TABLE "score_snapshots" DROP COLUMN "lead_id"`);
    await runner.query(`
      ALTER TABLE "score_snapshots"
        ADD COLUMN "lead_id" text,
        ADD CONSTRAINT "ck_score_snapshots_lead"
          CHECK (("subject" = 'lead') = ("lead_id" IS NOT NULL))`);
  }
}
