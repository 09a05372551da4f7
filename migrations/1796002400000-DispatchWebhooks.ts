import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * What the dispatcher of webhooks counts: the failures of an endpoint in a row, and the tries of a delivery
 * before it was sent again. The indexes find the tries that are under way, and the deliveries that failed.
 */
export class DispatchWebhooks1796002400000 implements MigrationInterface {
  readonly name = 'DispatchWebhooks1796002400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE "webhook_endpoints" ADD COLUMN "failures" integer NOT NULL DEFAULT 0`,
    );
    await runner.query(
      `ALTER TABLE "webhook_deliveries" ADD COLUMN "tries_before" integer NOT NULL DEFAULT 0`,
    );
    // Few rows: how many tries an endpoint has under way.
    await runner.query(`
      CREATE INDEX "ix_webhook_deliveries_leased" ON "webhook_deliveries" ("endpoint_id")
      WHERE "leased_until" IS NOT NULL`);
    await runner.query(`
      CREATE INDEX "ix_webhook_deliveries_failed" ON "webhook_deliveries" ("endpoint_id", "updated_at")
      WHERE "state" = 'failed'`);
    await runner.query(`
      CREATE INDEX "ix_webhook_deliveries_failed_scope"
      ON "webhook_deliveries" ("entity_type", "entity_id", "id")
      WHERE "state" = 'failed' AND "actor_kind" IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX "ix_webhook_deliveries_failed_scope"`);
    await runner.query(`DROP INDEX "ix_webhook_deliveries_failed"`);
    await runner.query(`DROP INDEX "ix_webhook_deliveries_leased"`);
    await runner.query(`ALTER TABLE "webhook_deliveries" DROP COLUMN "tries_before"`);
    await runner.query(`ALTER TABLE "webhook_endpoints" DROP COLUMN "failures"`);
  }
}
