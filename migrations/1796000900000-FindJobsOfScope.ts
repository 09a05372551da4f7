import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The jobs of a scope are listed by an index, and the jobs of a next best action are in its scope. */
export class FindJobsOfScope1796000900000 implements MigrationInterface {
  readonly name = 'FindJobsOfScope1796000900000';

  async up(runner: QueryRunner): Promise<void> {
    // Only where the payload names no scope: it comes before that of the next best action.
    await runner.query(`
      UPDATE "jobs" AS job SET "entity_type" = nba."entity_type", "entity_id" = nba."entity_id"
      FROM "next_best_actions" AS nba
      WHERE nba."id" = job."next_action_id" AND job."entity_type" IS NULL`);
    await runner.query(`
      CREATE INDEX "ix_jobs_scope" ON "jobs" ("entity_type", "entity_id", "id")
      WHERE "entity_type" IS NOT NULL`);
  }

  /** The scopes stay: an older build reads them, too. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX "ix_jobs_scope"`);
  }
}
