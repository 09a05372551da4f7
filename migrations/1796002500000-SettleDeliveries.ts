import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Whether a delivery has a work item that says that it failed, which the tries did not show where its webhook
 * was disabled before the first one. A webhook that is deleted stays until its deliveries are removed in
 * batches. The indexes read the list of deliveries by state.
 */
export class SettleDeliveries1796002500000 implements MigrationInterface {
  readonly name = 'SettleDeliveries1796002500000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE "webhook_deliveries" ADD COLUMN "has_failed_item" boolean NOT NULL DEFAULT false`,
    );
    await runner.query(`
      UPDATE "webhook_deliveries" AS delivery SET "has_failed_item" = true
      FROM "work_items" AS item
      WHERE item."kind" = 'notification_delivery' AND item."external_id" = delivery."id"::text
        AND item."state" = 'failed'`);
    await runner.query(`ALTER TABLE "webhook_endpoints" ADD COLUMN "deleted_at" timestamptz(3)`);
    await runner.query(`
      ALTER TABLE "webhook_endpoints" ADD CONSTRAINT "ck_webhook_endpoints_deleted"
      CHECK ("deleted_at" IS NULL OR "status" = 'disabled')`);
    await runner.query(`
      CREATE INDEX "ix_webhook_deliveries_list_failed" ON "webhook_deliveries" ("endpoint_id", "id")
      WHERE "state" = 'failed'`);
    await runner.query(`
      CREATE INDEX "ix_webhook_deliveries_list_pending" ON "webhook_deliveries" ("endpoint_id", "id")
      WHERE "state" = 'pending'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX "ix_webhook_deliveries_list_pending"`);
    await runner.query(`DROP INDEX "ix_webhook_deliveries_list_failed"`);
    await runner.query(`DELETE FROM "webhook_endpoints" WHERE "deleted_at" IS NOT NULL`);
    await runner.query(
      `ALTER TABLE "webhook_endpoints" DROP CONSTRAINT "ck_webhook_endpoints_deleted"`,
    );
    await runner.query(`ALTER TABLE "webhook_endpoints" DROP COLUMN "deleted_at"`);
    await runner.query(`ALTER TABLE "webhook_deliveries" DROP COLUMN "has_failed_item"`);
  }
}
