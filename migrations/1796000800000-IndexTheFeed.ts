import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The events of a user and of a scope have an index in the order of the feed. */
export class IndexTheFeed1796000800000 implements MigrationInterface {
  readonly name = 'IndexTheFeed1796000800000';

  async up(runner: QueryRunner): Promise<void> {
    // No statement reads it, and every press writes it: its place goes to one of the new ones.
    await runner.query(`DROP INDEX "ix_next_action_executions_action"`);
    await runner.query(`
      CREATE INDEX "ix_ops_events_actor" ON "ops_events" ("actor_id", "id")
      WHERE "actor_id" IS NOT NULL`);
    await runner.query(`
      CREATE INDEX "ix_ops_events_scope" ON "ops_events" ("entity_type", "entity_id", "id")
      WHERE "entity_type" IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX "ix_ops_events_scope"`);
    await runner.query(`DROP INDEX "ix_ops_events_actor"`);
    await runner.query(`
      CREATE INDEX "ix_next_action_executions_action"
      ON "next_action_executions" ("action_key", "started_at")`);
  }
}
