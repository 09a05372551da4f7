import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The events that durable subscribers have not processed yet. No foreign key: events are partitioned. */
export class SubscribeToEvents1796002200000 implements MigrationInterface {
  readonly name = 'SubscribeToEvents1796002200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "subscriber_events" (
        "subscriber" text NOT NULL,
        "event_id" uuid NOT NULL,
        "event_key" text NOT NULL,
        "scope_key" text NOT NULL,
        "epoch" integer NOT NULL,
        "xid" bigint NOT NULL,
        "job_id" uuid,
        "given_up_at" timestamptz,
        CONSTRAINT "pk_subscriber_events" PRIMARY KEY ("subscriber", "event_id"))`);
    await runner.query(`
      CREATE INDEX "ix_subscriber_events_order"
      ON "subscriber_events" ("subscriber", "scope_key", "epoch", "xid", "event_id")
      WHERE "given_up_at" IS NULL`);
    await runner.query(`
      CREATE UNIQUE INDEX "uq_subscriber_events_running"
      ON "subscriber_events" ("subscriber", "scope_key")
      WHERE "job_id" IS NOT NULL AND "given_up_at" IS NULL`);
    await runner.query(`
      CREATE INDEX "ix_subscriber_events_job" ON "subscriber_events" ("job_id")
      WHERE "job_id" IS NOT NULL`);
    await runner.query(`
      CREATE INDEX "ix_subscriber_events_given_up" ON "subscriber_events" ("given_up_at")
      WHERE "given_up_at" IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE "subscriber_events"');
  }
}
