import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * The events of a user and of a scope have an index in the order of the feed, and the start finds the work
 * items that it still has to fold for the search.
 */
export class IndexFeedAndItems1796000800000 implements MigrationInterface {
  readonly name = 'IndexFeedAndItems1796000800000';

  async up(runner: QueryRunner): Promise<void> {
    // No statement reads it, and every press writes it: its place goes to one of the new ones.
    await runner.query(`DROP INDEX "ix_next_action_executions_action"`);
    await runner.query(`
      CREATE INDEX "ix_ops_events_actor" ON "ops_events" ("actor_id", "id")
      WHERE "actor_id" IS NOT NULL`);
    await runner.query(`
      CREATE INDEX "ix_ops_events_scope" ON "ops_events" ("entity_type", "entity_id", "id")
      WHERE "entity_type" IS NOT NULL`);
    // Empty after the start has folded what was pushed to an earlier version.
    await runner.query(`
      CREATE INDEX "ix_work_items_unfolded" ON "work_items" ("id") WHERE "search_text" IS NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    // The start builds it, where the extension is there.
    await runner.query(`DROP INDEX IF EXISTS "ix_work_items_search"`);
    await runner.query(`DROP INDEX "ix_work_items_unfolded"`);
    await runner.query(`DROP INDEX "ix_ops_events_scope"`);
    await runner.query(`DROP INDEX "ix_ops_events_actor"`);
    await runner.query(`
      CREATE INDEX "ix_next_action_executions_action"
      ON "next_action_executions" ("action_key", "started_at")`);
  }
}
