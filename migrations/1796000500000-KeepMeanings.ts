import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * What operators mean: a resolved flag remembers that a run found its condition gone, a lead that the
 * application scored it, and a run finds the expired actions whose snooze still runs.
 */
export class KeepMeanings1796000500000 implements MigrationInterface {
  readonly name = 'KeepMeanings1796000500000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "risk_flags" ADD "cleared_at" timestamptz(3)`);
    await runner.query(`
      UPDATE "risk_flags" SET "cleared_at" = "resolved_at"
      WHERE "status" = 'resolved' AND "resolved_by" = 'rule'`);
    await runner.query(`
      ALTER TABLE "risk_flags" ADD CONSTRAINT "ck_risk_flags_cleared"
      CHECK ("cleared_at" IS NULL OR "status" = 'resolved')`);

    await runner.query(`ALTER TABLE "work_items" ADD "scored_at" timestamptz(3)`);
    await runner.query(`
      UPDATE "work_items" item SET "scored_at" = latest.computed_at
      FROM (SELECT lead_id, max(computed_at) AS computed_at FROM "score_snapshots"
            WHERE lead_id IS NOT NULL GROUP BY lead_id) latest
      WHERE latest.lead_id = item.id AND item.state <> 'new'`);
    await runner.query(`DROP INDEX "ix_work_items_open"`);
    await runner.query(`
      CREATE INDEX "ix_work_items_open"
      ON "work_items" ("entity_type", "entity_id", "kind", "state", "due_at")
      INCLUDE ("priority", "occurred_at", "external_id", "scored_at")
      WHERE "is_open"`);

    await runner.query(`
      CREATE INDEX "ix_next_best_actions_snoozed_expired"
      ON "next_best_actions" ("entity_type", "entity_id", "dedupe_key")
      WHERE "status" = 'expired' AND "origin" = 'rule' AND "snoozed_until" IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX "ix_next_best_actions_snoozed_expired"`);
    // The build before keeps the score of a lead in its state.
    await runner.query(`
      UPDATE "work_items" SET "state" = 'scored' WHERE "state" = 'new' AND "scored_at" IS NOT NULL`);
    await runner.query(`DROP INDEX "ix_work_items_open"`);
    await runner.query(`ALTER TABLE "work_items" DROP COLUMN "scored_at"`);
    await runner.query(`
      CREATE INDEX "ix_work_items_open"
      ON "work_items" ("entity_type", "entity_id", "kind", "state", "due_at")
      INCLUDE ("priority", "occurred_at", "external_id")
      WHERE "is_open"`);
    await runner.query(`ALTER TABLE "risk_flags" DROP CONSTRAINT "ck_risk_flags_cleared"`);
    await runner.query(`ALTER TABLE "risk_flags" DROP COLUMN "cleared_at"`);
  }
}
