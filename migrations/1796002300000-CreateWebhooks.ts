import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Webhooks: the endpoints that get events, what is to be delivered to each, and every try of it. A delivery
 * is its own queue: what is due is `pending` and has a `next_try_at` that has passed.
 */
export class CreateWebhooks1796002300000 implements MigrationInterface {
  readonly name = 'CreateWebhooks1796002300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "webhook_endpoints" (
        "id" uuid NOT NULL,
        "url" text NOT NULL,
        "description" text,
        "event_keys" text[] NOT NULL,
        "scopes" text[] NOT NULL,
        "header_names" text[] NOT NULL DEFAULT '{}',
        "headers_box" bytea,
        "secret_box" bytea NOT NULL,
        "previous_secret_box" bytea,
        "previous_secret_until" timestamptz(3),
        "status" text NOT NULL DEFAULT 'enabled',
        "disabled_reason" text,
        "disabled_at" timestamptz(3),
        "failing_since" timestamptz(3),
        "created_by" uuid,
        "created_at" timestamptz(3) NOT NULL DEFAULT now(),
        "updated_at" timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT "pk_webhook_endpoints" PRIMARY KEY ("id"),
        CONSTRAINT "ck_webhook_endpoints_status" CHECK ("status" IN ('enabled', 'disabled')),
        CONSTRAINT "ck_webhook_endpoints_disabled_reason"
          CHECK ("disabled_reason" IN ('operator', 'gone', 'failing')),
        CONSTRAINT "ck_webhook_endpoints_disabled" CHECK (
          ("status" = 'disabled') = ("disabled_reason" IS NOT NULL)
          AND ("status" = 'disabled') = ("disabled_at" IS NOT NULL)),
        CONSTRAINT "ck_webhook_endpoints_event_keys" CHECK (cardinality("event_keys") > 0),
        CONSTRAINT "ck_webhook_endpoints_scopes" CHECK (cardinality("scopes") > 0),
        CONSTRAINT "ck_webhook_endpoints_previous_secret" CHECK (
          ("previous_secret_box" IS NULL) = ("previous_secret_until" IS NULL))
      )`);

    await runner.query(`
      CREATE TABLE "webhook_deliveries" (
        "id" uuid NOT NULL,
        "endpoint_id" uuid NOT NULL,
        "event_id" uuid NOT NULL,
        "event_key" text NOT NULL,
        "entity_type" text,
        "entity_id" text,
        "message_id" text NOT NULL,
        "body" text NOT NULL,
        "state" text NOT NULL DEFAULT 'pending',
        "tries" integer NOT NULL DEFAULT 0,
        "next_try_at" timestamptz(3),
        "leased_until" timestamptz(3),
        "actor_kind" text,
        "last_status" integer,
        "last_error" text,
        "delivered_at" timestamptz(3),
        "created_at" timestamptz(3) NOT NULL DEFAULT now(),
        "updated_at" timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT "pk_webhook_deliveries" PRIMARY KEY ("id"),
        CONSTRAINT "fk_webhook_deliveries_endpoint" FOREIGN KEY ("endpoint_id")
          REFERENCES "webhook_endpoints" ("id") ON DELETE CASCADE,
        CONSTRAINT "ck_webhook_deliveries_state" CHECK ("state" IN ('pending', 'delivered', 'failed')),
        CONSTRAINT "ck_webhook_deliveries_due" CHECK (("state" = 'pending') = ("next_try_at" IS NOT NULL))
      )`);
    // A fan-out that runs twice adds nothing.
    await runner.query(`
      CREATE UNIQUE INDEX "uq_webhook_deliveries_event" ON "webhook_deliveries" ("endpoint_id", "event_id")`);
    // What is due, for each endpoint: a dead endpoint's backlog is not read for another's.
    await runner.query(`
      CREATE INDEX "ix_webhook_deliveries_due" ON "webhook_deliveries" ("endpoint_id", "next_try_at")
      WHERE "state" = 'pending'`);
    await runner.query(`
      CREATE INDEX "ix_webhook_deliveries_list" ON "webhook_deliveries" ("endpoint_id", "id")`);
    // What is past its retention.
    await runner.query(`
      CREATE INDEX "ix_webhook_deliveries_ended" ON "webhook_deliveries" ("updated_at")
      WHERE "state" <> 'pending'`);

    await runner.query(`
      CREATE TABLE "webhook_attempts" (
        "delivery_id" uuid NOT NULL,
        "attempt" integer NOT NULL,
        "started_at" timestamptz(3) NOT NULL,
        "duration_ms" integer NOT NULL,
        "status" integer,
        "error_code" text,
        "error" text,
        "answer" text,
        CONSTRAINT "pk_webhook_attempts" PRIMARY KEY ("delivery_id", "attempt"),
        CONSTRAINT "fk_webhook_attempts_delivery" FOREIGN KEY ("delivery_id")
          REFERENCES "webhook_deliveries" ("id") ON DELETE CASCADE
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "webhook_attempts"`);
    await runner.query(`DROP TABLE "webhook_deliveries"`);
    await runner.query(`DROP TABLE "webhook_endpoints"`);
  }
}
