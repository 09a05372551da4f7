import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The events of the jobs of a next best action are found by its id, which their `meta` has. */
export class FindEventsOfJobs1796000700000 implements MigrationInterface {
  readonly name = 'FindEventsOfJobs1796000700000';

  async up(runner: QueryRunner): Promise<void> {
    // A press has no such event: the index costs it nothing but the check of the condition.
    await runner.query(`
      CREATE INDEX "ix_ops_events_next_action" ON "ops_events" (("meta"->>'nextActionId'), "id")
      WHERE "meta"->>'nextActionId' IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX "ix_ops_events_next_action"`);
  }
}
