import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Who may see and do what: users have a name, a role of three and the scopes that they are granted; sign-ins
 * are sessions that can be ended; machines have service tokens.
 */
export class RolesAndGrants1796001100000 implements MigrationInterface {
  readonly name = 'RolesAndGrants1796001100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE "users"
        ADD "name" text,
        ADD "password_changed_at" timestamptz,
        ADD "last_sign_in_at" timestamptz,
        DROP CONSTRAINT "ck_users_role",
        ADD CONSTRAINT "ck_users_role" CHECK ("role" IN ('viewer', 'operator', 'admin'))`);
    // The first user runs the installation; who was there before goes on seeing all.
    await runner.query(`
      UPDATE "users" SET
        "name" = left(split_part("email", '@', 1), 100),
        "role" = CASE
          WHEN "id" = (SELECT "id" FROM "users" ORDER BY "created_at", "id" LIMIT 1) THEN 'admin'
          ELSE "role" END`);
    await runner.query(`ALTER TABLE "users" ALTER COLUMN "name" SET NOT NULL`);
    await runner.query(`CREATE INDEX "ix_users_name" ON "users" ("name", "id")`);
    await runner.query(`
      CREATE TABLE "access_grants" (
        "user_id" uuid NOT NULL,
        "scope" text NOT NULL,
        "created_at" timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT "pk_access_grants" PRIMARY KEY ("user_id", "scope"),
        CONSTRAINT "fk_access_grants_user" FOREIGN KEY ("user_id")
          REFERENCES "users" ("id") ON DELETE CASCADE,
        CONSTRAINT "ck_access_grants_scope"
          CHECK ("scope" = '*' OR "scope" ~ '^[a-z][a-z0-9_]{0,63}/.{1,128}$')
      )`);
    await runner.query(
      `INSERT INTO "access_grants" ("user_id", "scope") SELECT "id", '*' FROM "users"`,
    );
    await runner.query(`CREATE INDEX "ix_access_grants_scope" ON "access_grants" ("scope")`);
    await runner.query(`
      CREATE TABLE "sessions" (
        "id" uuid NOT NULL,
        "user_id" uuid NOT NULL,
        "token_hash" bytea,
        "expires_at" timestamptz NOT NULL,
        "last_used_at" timestamptz NOT NULL,
        "created_at" timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT "pk_sessions" PRIMARY KEY ("id"),
        CONSTRAINT "fk_sessions_user" FOREIGN KEY ("user_id")
          REFERENCES "users" ("id") ON DELETE CASCADE
      )`);
    await runner.query(`CREATE UNIQUE INDEX "uq_sessions_token_hash" ON "sessions" ("token_hash")`);
    await runner.query(`CREATE INDEX "ix_sessions_user" ON "sessions" ("user_id")`);
    await runner.query(`CREATE INDEX "ix_sessions_expires_at" ON "sessions" ("expires_at")`);
    await runner.query(`
      CREATE TABLE "service_tokens" (
        "id" uuid NOT NULL,
        "name" text NOT NULL,
        "token_hash" bytea NOT NULL,
        "prefix" text NOT NULL,
        "role" text NOT NULL,
        "scopes" text[] NOT NULL,
        "created_by" uuid,
        "created_at" timestamptz NOT NULL DEFAULT now(),
        "expires_at" timestamptz NOT NULL,
        "last_used_at" timestamptz,
        "revoked_at" timestamptz,
        CONSTRAINT "pk_service_tokens" PRIMARY KEY ("id"),
        CONSTRAINT "ck_service_tokens_role" CHECK ("role" IN ('viewer', 'operator', 'admin')),
        CONSTRAINT "ck_service_tokens_scopes" CHECK (cardinality("scopes") > 0)
      )`);
    await runner.query(
      `CREATE UNIQUE INDEX "uq_service_tokens_token_hash" ON "service_tokens" ("token_hash")`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "service_tokens"`);
    await runner.query(`DROP TABLE "sessions"`);
    await runner.query(`DROP TABLE "access_grants"`);
    await runner.query(`DROP INDEX "ix_users_name"`);
    await runner.query(`UPDATE "users" SET "role" = 'operator' WHERE "role" = 'viewer'`);
    await runner.query(`
      ALTER TABLE "users"
        DROP COLUMN "name",
        DROP COLUMN "password_changed_at",
        DROP COLUMN "last_sign_in_at",
        DROP CONSTRAINT "ck_users_role",
        ADD CONSTRAINT "ck_users_role" CHECK ("role" IN ('admin', 'operator'))`);
  }
}
