import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Work items, scores, risk flags, runs and suppressions of the rules, and the scope of stored events. */
export class CreateDesk1795000100000 implements MigrationInterface {
  readonly name = 'CreateDesk1795000100000';

  async up(runner: QueryRunner): Promise<void> {
    await createWorkItems(runner);
    await createScores(runner);
    await createRiskFlags(runner);
    await createRuns(runner);

    // Errors about a scope are counted for its score. Only they are indexed: a press that succeeds
    // pays nothing for it.
    await runner.query(`
      ALTER TABLE "ops_events" ADD COLUMN "entity_type" text, ADD COLUMN "entity_id" text`);
    await runner.query(`
      CREATE INDEX "ix_ops_events_errors" ON "ops_events" ("entity_type", "entity_id", "created_at")
      WHERE "level" = 'error'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX "ix_ops_events_errors"`);
    await runner.query(`
      ALTER TABLE "ops_events" DROP COLUMN "entity_type", DROP COLUMN "entity_id"`);
    for (const index of ['done', 'dismissed', 'rule_queue']) {
      await runner.query(`DROP INDEX "ix_next_best_actions_${index}"`);
    }
    for (const table of [
      'next_action_suppressions',
      'next_action_runs',
      'risk_flags',
      'score_events',
      'score_snapshots',
      'work_items',
    ]) {
      await runner.query(`DROP TABLE "${table}"`);
    }
  }
}

async function createWorkItems(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE "work_items" (
      "id" uuid NOT NULL,
      "kind" text NOT NULL,
      "external_id" text NOT NULL,
      "entity_type" text NOT NULL,
      "entity_id" text NOT NULL,
      "state" text NOT NULL,
      "is_open" boolean NOT NULL,
      "priority" text NOT NULL,
      "title" text NOT NULL,
      "due_at" timestamptz(3),
      "occurred_at" timestamptz(3) NOT NULL,
      "attributes" jsonb NOT NULL DEFAULT '{}',
      "created_at" timestamptz NOT NULL DEFAULT now(),
      "updated_at" timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT "pk_work_items" PRIMARY KEY ("id"),
      CONSTRAINT "ck_work_items_state" CHECK (
        ("kind" = 'reminder' AND "state" IN ('open', 'done', 'cancelled')) OR
        ("kind" = 'proposal' AND "state" IN
          ('draft', 'sent', 'viewed', 'accepted', 'declined', 'withdrawn', 'expired')) OR
        ("kind" = 'retention_contact' AND "state" IN ('open', 'contacted', 'closed')) OR
        ("kind" = 'handoff' AND "state" IN
          ('pending', 'awaiting_client_confirmation', 'confirmed', 'cancelled')) OR
        ("kind" = 'intake_lead' AND "state" IN
          ('new', 'scored', 'qualified', 'disqualified', 'converted')) OR
        ("kind" = 'notification_delivery' AND "state" IN
          ('queued', 'failed', 'sent', 'delivered', 'cancelled'))),
      CONSTRAINT "ck_work_items_is_open" CHECK ("is_open" = (
        ("kind" = 'reminder' AND "state" IN ('open')) OR
        ("kind" = 'proposal' AND "state" IN ('draft', 'sent', 'viewed')) OR
        ("kind" = 'retention_contact' AND "state" IN ('open')) OR
        ("kind" = 'handoff' AND "state" IN ('pending', 'awaiting_client_confirmation')) OR
        ("kind" = 'intake_lead' AND "state" IN ('new', 'scored', 'qualified')) OR
        ("kind" = 'notification_delivery' AND "state" IN ('queued', 'failed')))),
      CONSTRAINT "ck_work_items_priority" CHECK ("priority" IN ('low', 'medium', 'high', 'critical'))
    )`);
  await runner.query(`
    CREATE UNIQUE INDEX "uq_work_items_external_id" ON "work_items" ("kind", "external_id")`);
  // All that rules and scores read: closed items are not in it, so their number costs nothing.
  await runner.query(`
    CREATE INDEX "ix_work_items_open"
    ON "work_items" ("entity_type", "entity_id", "kind", "state", "due_at")
    INCLUDE ("priority", "occurred_at", "external_id")
    WHERE "is_open"`);
  await runner.query(`
    CREATE INDEX "ix_work_items_scope" ON "work_items" ("entity_type", "entity_id", "id")`);
}

async function createScores(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE "score_snapshots" (
      "id" uuid NOT NULL,
      "subject" text NOT NULL,
      "lead_id" text,
      "entity_type" text NOT NULL,
      "entity_id" text NOT NULL,
      "score" integer NOT NULL,
      "band" text NOT NULL,
      "delta" integer,
      "factors" jsonb NOT NULL,
      "reasons" jsonb NOT NULL,
      "actor_id" uuid,
      "computed_at" timestamptz(3) NOT NULL,
      CONSTRAINT "pk_score_snapshots" PRIMARY KEY ("id"),
      CONSTRAINT "ck_score_snapshots_subject" CHECK ("subject" IN ('scope', 'lead')),
      CONSTRAINT "ck_score_snapshots_lead" CHECK (("subject" = 'lead') = ("lead_id" IS NOT NULL)),
      CONSTRAINT "ck_score_snapshots_score" CHECK ("score" BETWEEN 0 AND 100),
      CONSTRAINT "ck_score_snapshots_band" CHECK ("band" IN ('healthy', 'warning', 'critical'))
    )`);
  await runner.query(`
    CREATE INDEX "ix_score_snapshots_scope"
    ON "score_snapshots" ("entity_type", "entity_id", "computed_at", "id")
    WHERE "subject" = 'scope'`);
  await runner.query(`
    CREATE TABLE "score_events" (
      "id" uuid NOT NULL,
      "snapshot_id" uuid NOT NULL,
      "transition" text NOT NULL,
      "entity_type" text NOT NULL,
      "entity_id" text NOT NULL,
      "occurred_at" timestamptz(3) NOT NULL,
      CONSTRAINT "pk_score_events" PRIMARY KEY ("id"),
      CONSTRAINT "ck_score_events_transition"
        CHECK ("transition" IN ('threshold_breach', 'sharp_drop', 'recovery')),
      CONSTRAINT "fk_score_events_snapshot" FOREIGN KEY ("snapshot_id")
        REFERENCES "score_snapshots" ("id") ON DELETE CASCADE
    )`);
  await runner.query(`
    CREATE INDEX "ix_score_events_scope"
    ON "score_events" ("entity_type", "entity_id", "transition", "occurred_at")`);
  await runner.query(`
    CREATE INDEX "ix_score_events_snapshot" ON "score_events" ("snapshot_id")`);
}

async function createRiskFlags(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE "risk_flags" (
      "id" uuid NOT NULL,
      "rule_key" text NOT NULL,
      "dedupe_key" text NOT NULL,
      "entity_type" text NOT NULL,
      "entity_id" text NOT NULL,
      "severity" text NOT NULL,
      "status" text NOT NULL DEFAULT 'open',
      "title" text NOT NULL,
      "reason" text NOT NULL,
      "evidence" jsonb NOT NULL,
      "first_seen_at" timestamptz(3) NOT NULL,
      "last_seen_at" timestamptz(3) NOT NULL,
      "snoozed_until" timestamptz(3),
      "resolved_at" timestamptz(3),
      "resolved_by" text,
      "dismissed_at" timestamptz(3),
      "actor_id" uuid,
      "created_at" timestamptz NOT NULL DEFAULT now(),
      "updated_at" timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT "pk_risk_flags" PRIMARY KEY ("id"),
      CONSTRAINT "ck_risk_flags_severity" CHECK ("severity" IN ('low', 'medium', 'high', 'critical')),
      CONSTRAINT "ck_risk_flags_status" CHECK ("status" IN ('open', 'resolved', 'dismissed')),
      CONSTRAINT "ck_risk_flags_resolved_by" CHECK ("resolved_by" IN ('rule', 'operator')),
      CONSTRAINT "ck_risk_flags_resolved" CHECK (
        ("status" = 'resolved') = ("resolved_at" IS NOT NULL) AND
        ("status" = 'resolved') = ("resolved_by" IS NOT NULL)),
      CONSTRAINT "ck_risk_flags_dismissed" CHECK (
        ("status" = 'dismissed') = ("dismissed_at" IS NOT NULL))
    )`);
  await runner.query(`
    CREATE UNIQUE INDEX "uq_risk_flags_dedupe" ON "risk_flags" ("dedupe_key")`);
  await runner.query(`
    CREATE INDEX "ix_risk_flags_scope" ON "risk_flags" ("entity_type", "entity_id", "id")`);
}

async function createRuns(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE "next_action_runs" (
      "id" uuid NOT NULL,
      "run_key" text NOT NULL,
      "entity_type" text NOT NULL,
      "entity_id" text NOT NULL,
      "actor_id" uuid,
      "created" integer NOT NULL,
      "updated" integer NOT NULL,
      "expired" integer NOT NULL,
      "ran_at" timestamptz(3) NOT NULL,
      CONSTRAINT "pk_next_action_runs" PRIMARY KEY ("id")
    )`);
  await runner.query(`
    CREATE INDEX "ix_next_action_runs_scope"
    ON "next_action_runs" ("entity_type", "entity_id", "ran_at")`);
  await runner.query(`
    CREATE TABLE "next_action_suppressions" (
      "entity_type" text NOT NULL,
      "entity_id" text NOT NULL,
      "rule_key" text NOT NULL,
      "suppressed_until" timestamptz(3) NOT NULL,
      "actor_id" uuid,
      "created_at" timestamptz NOT NULL DEFAULT now(),
      "updated_at" timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT "pk_next_action_suppressions" PRIMARY KEY ("entity_type", "entity_id", "rule_key")
    )`);

  // What a run looks up: its own queued actions, and those that were closed not long ago.
  await runner.query(`
    CREATE INDEX "ix_next_best_actions_rule_queue" ON "next_best_actions" ("entity_type", "entity_id")
    WHERE "status" = 'queued' AND "origin" = 'rule'`);
  await runner.query(`
    CREATE INDEX "ix_next_best_actions_done"
    ON "next_best_actions" ("entity_type", "entity_id", "completed_at")
    INCLUDE ("created_by_rule")
    WHERE "status" = 'done' AND "origin" = 'rule'`);
  await runner.query(`
    CREATE INDEX "ix_next_best_actions_dismissed"
    ON "next_best_actions" ("entity_type", "entity_id", "dismissed_at")
    INCLUDE ("created_by_rule")
    WHERE "status" = 'dismissed' AND "origin" = 'rule'`);
}
