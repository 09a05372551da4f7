import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What became of the condition of a rule after its action was closed, and what rules suggested when. */
export class TrackOutcomes1796001500000 implements MigrationInterface {
  readonly name = 'TrackOutcomes1796001500000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE "next_best_actions"
        ADD "condition_gone_at" timestamptz(3),
        ADD "condition_back_at" timestamptz(3)`);
    // Neither column of it ever changes, so no update of an action writes it.
    await runner.query(`
      CREATE INDEX "ix_next_best_actions_suggested"
      ON "next_best_actions" ("entity_type", "entity_id", "id") WHERE "origin" = 'rule'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX "ix_next_best_actions_suggested"`);
    await runner.query(`
      ALTER TABLE "next_best_actions"
        DROP COLUMN "condition_gone_at",
        DROP COLUMN "condition_back_at"`);
  }
}
