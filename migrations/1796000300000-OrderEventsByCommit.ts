import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Gives each event its position in the order of commits. `xid` is the full 64-bit id of the transaction
 * (an xid8, kept as a bigint). Ids of transactions belong to one cluster and mean nothing in another one,
 * so `epoch` counts the clusters that wrote to this database, and a position is (epoch, xid, id).
 *
 * Both are column defaults: an INSERT needs no further statement, parameter or look-up. Works on a plain
 * and on a partitioned table.
 */
export class OrderEventsByCommit1796000300000 implements MigrationInterface {
  readonly name = 'OrderEventsByCommit1796000300000';

  async up(runner: QueryRunner): Promise<void> {
    // Constant defaults do not rewrite the table. The events of before come first, in the order of their ids.
    await runner.query(`
      ALTER TABLE "ops_events"
        ADD COLUMN "epoch" integer NOT NULL DEFAULT 0,
        ADD COLUMN "xid" bigint NOT NULL DEFAULT 0`);
    await runner.query(`
      ALTER TABLE "ops_events"
        ALTER COLUMN "epoch" SET DEFAULT 1,
        ALTER COLUMN "xid" SET DEFAULT pg_current_xact_id()::text::bigint`);
    await runner.query(`CREATE INDEX "ix_ops_events_feed" ON "ops_events" ("epoch", "xid", "id")`);
    // Few events are no info: the index costs a successful press nothing.
    await runner.query(`
      CREATE INDEX "ix_ops_events_level" ON "ops_events" ("level", "id") WHERE "level" <> 'info'`);
    await runner.query(`
      CREATE TABLE "feed_epochs" (
        "epoch" integer NOT NULL,
        "cluster" text,
        "began_at" timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT "pk_feed_epochs" PRIMARY KEY ("epoch")
      )`);
    await runner.query(`
      CREATE TABLE "feed_cursors" (
        "name" text NOT NULL,
        "epoch" integer NOT NULL,
        "xid" bigint NOT NULL,
        "id" uuid NOT NULL,
        "updated_at" timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT "pk_feed_cursors" PRIMARY KEY ("name")
      )`);
    await runner.query(CREATE_CLUSTER);
    const [row] = (await runner.query(`SELECT quote_ident(current_schema()) AS schema`)) as {
      schema: string;
    }[];
    await runner.query(createBeginEpoch(row?.schema ?? 'public'));
    await runner.query(`INSERT INTO "feed_epochs" (epoch, cluster) VALUES (1, feed_cluster())`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP FUNCTION feed_begin_epoch()`);
    await runner.query(`DROP FUNCTION feed_cluster()`);
    await runner.query(`DROP TABLE "feed_cursors"`);
    await runner.query(`DROP TABLE "feed_epochs"`);
    await runner.query(`DROP INDEX "ix_ops_events_level"`);
    await runner.query(`DROP INDEX "ix_ops_events_feed"`);
    await runner.query(`ALTER TABLE "ops_events" DROP COLUMN "epoch", DROP COLUMN "xid"`);
  }
}

/**
 * Which history of transaction ids this is: the cluster's system identifier and its timeline. A restore to
 * a point in time and a promotion begin a new timeline. Null where a hosted server does not tell.
 */
const CREATE_CLUSTER = `
  CREATE FUNCTION feed_cluster() RETURNS text LANGUAGE plpgsql STABLE AS $$
  BEGIN
    RETURN (SELECT system_identifier FROM pg_control_system())::text
      || '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8);
  EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR undefined_function
    OR object_not_in_prerequisite_state THEN
    RETURN NULL;
  END $$`;

/**
 * Begins a new epoch if this cluster is not the one that wrote the newest position: the recorded cluster
 * differs, or the position is ahead of every transaction here. The new epoch becomes the column's default,
 * so that every writer uses it from then on. ALTER TABLE waits for the transactions that have inserted an
 * event: when the new epoch is visible, the one before is complete.
 *
 * It runs as the owner of the table: an application whose role has only DML must be able to begin an epoch.
 */
function createBeginEpoch(schema: string): string {
  return `
  CREATE FUNCTION feed_begin_epoch(OUT current_epoch integer, OUT began boolean)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ${schema}, pg_temp AS $$
  DECLARE
    known feed_epochs%ROWTYPE;
    newest_epoch integer;
    newest_xid bigint;
  BEGIN
    -- First of all: two processes that read the events and then wait for each other would be a deadlock.
    LOCK TABLE feed_epochs IN EXCLUSIVE MODE;
    SELECT * INTO known FROM feed_epochs ORDER BY epoch DESC LIMIT 1;
    SELECT epoch, xid INTO newest_epoch, newest_xid FROM (
      (SELECT epoch, xid FROM ops_events ORDER BY epoch DESC, xid DESC, id DESC LIMIT 1)
      UNION ALL
      (SELECT epoch, xid FROM feed_cursors ORDER BY epoch DESC, xid DESC LIMIT 1)) AS positions
    ORDER BY epoch DESC, xid DESC LIMIT 1;
    current_epoch := known.epoch;
    began := COALESCE(known.epoch IS NULL OR known.cluster <> feed_cluster()
      OR (newest_epoch, newest_xid)
        >= (known.epoch, pg_snapshot_xmax(pg_current_snapshot())::text::bigint), false);
    IF began THEN
      current_epoch := greatest(known.epoch, newest_epoch, 0) + 1;
      EXECUTE format('ALTER TABLE ops_events ALTER COLUMN epoch SET DEFAULT %s', current_epoch);
      INSERT INTO feed_epochs (epoch, cluster) VALUES (current_epoch, feed_cluster());
    END IF;
  END $$`;
}
