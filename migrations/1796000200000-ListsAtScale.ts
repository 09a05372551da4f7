import { type MigrationInterface, type QueryRunner } from 'typeorm';

const RANK = '"score" DESC, "created_at" DESC, "id" DESC';
const SCOPE = '"entity_type", "entity_id"';

/**
 * The indexes of next best actions. A press that closes one changes its status: it pays for each index that
 * has closed actions in it, so all but the first three have queued ones alone.
 */
const INDEXES: Readonly<Record<string, string>> = {
  // A scope's actions of one status and priority in rank order; lists of several merge them. The snooze is
  // in it, so that a count reads no row.
  scope: `(${SCOPE}, "status", "priority", ${RANK}) INCLUDE ("snoozed_until")`,
  // The same over all ids of a type.
  type: `("entity_type", "status", "priority", ${RANK}) INCLUDE ("snoozed_until")`,
  created: `(${SCOPE}, "status", "created_at" DESC, "id" DESC) INCLUDE ("snoozed_until")`,
  source: `(${SCOPE}, "source_type", ${RANK}) INCLUDE ("snoozed_until")
    WHERE "status" = 'queued' AND "source_type" IS NOT NULL`,
  rule: `(${SCOPE}, "created_by_rule", ${RANK}) INCLUDE ("snoozed_until")
    WHERE "status" = 'queued' AND "created_by_rule" IS NOT NULL`,
  assignee: `("assignee_id", ${RANK}) INCLUDE (${SCOPE}, "snoozed_until")
    WHERE "status" = 'queued' AND "assignee_id" IS NOT NULL`,
  snoozed: `(${SCOPE}, "snoozed_until", "id")
    WHERE "status" = 'queued' AND "snoozed_until" IS NOT NULL`,
  // What the start still has to fold for the search: empty after that.
  unfolded: `("id") WHERE "search_text" IS NULL`,
};

/** The rank of a severity, as the list of flags is ordered. */
const SEVERITY = `array_position(ARRAY['low', 'medium', 'high', 'critical'], "severity")`;

/** Lists of a million next best actions: who an action is assigned to, what search reads, and indexes. */
export class ListsAtScale1796000200000 implements MigrationInterface {
  readonly name = 'ListsAtScale1796000200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE "next_best_actions"
      ADD "assignee_id" uuid,
      ADD "search_text" text COLLATE "C"`);
    await runner.query(`DROP INDEX "ix_next_best_actions_queue"`);
    await runner.query(`DROP INDEX "ix_next_best_actions_scope"`);
    for (const [name, definition] of Object.entries(INDEXES)) {
      await runner.query(`
        CREATE INDEX "ix_next_best_actions_${name}" ON "next_best_actions" ${definition}`);
    }
    await runner.query(`
      CREATE INDEX "ix_next_action_runs_type" ON "next_action_runs" ("entity_type", "ran_at")`);
    await runner.query(`
      CREATE INDEX "ix_risk_flags_type" ON "risk_flags" ("entity_type", ${SEVERITY} DESC, "id" DESC)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX "ix_risk_flags_type"`);
    await runner.query(`DROP INDEX "ix_next_action_runs_type"`);
    // The start builds it, where the extension is there.
    await runner.query(`DROP INDEX IF EXISTS "ix_next_best_actions_search"`);
    for (const name of Object.keys(INDEXES)) {
      await runner.query(`DROP INDEX "ix_next_best_actions_${name}"`);
    }
    await runner.query(`
      CREATE INDEX "ix_next_best_actions_queue" ON "next_best_actions" (${SCOPE}, ${RANK})
      INCLUDE ("snoozed_until")
      WHERE "status" = 'queued'`);
    await runner.query(`
      CREATE INDEX "ix_next_best_actions_scope" ON "next_best_actions" (${SCOPE}, ${RANK})`);
    await runner.query(`
      ALTER TABLE "next_best_actions" DROP COLUMN "search_text", DROP COLUMN "assignee_id"`);
  }
}
