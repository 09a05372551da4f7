import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** A table that becomes partitioned, with what it has besides its columns and checks. */
interface History {
  readonly table: string;
  readonly foreignKeys: readonly string[];
  /** Each index of the table: its name, and its definition after the name of the table. */
  readonly indexes: Readonly<Record<string, string>>;
}

const HISTORIES: readonly History[] = [
  {
    table: 'next_action_executions',
    foreignKeys: [
      `"fk_next_action_executions_next_action" FOREIGN KEY ("next_action_id")
        REFERENCES "next_best_actions" ("id") ON DELETE CASCADE`,
    ],
    indexes: {
      ix_next_action_executions_next_action: '("next_action_id", "id")',
      ix_next_action_executions_action: '("action_key", "started_at")',
      ix_next_action_executions_dedupe: `("next_action_id", "action_key", "started_at") WHERE "status" = 'success'`,
    },
  },
  {
    table: 'ops_events',
    foreignKeys: [],
    indexes: {
      ix_ops_events_key: '("event_key", "id")',
      ix_ops_events_source: '("source_id", "id")',
      ix_ops_events_errors: `("entity_type", "entity_id", "created_at") WHERE "level" = 'error'`,
    },
  },
];

/** How many months after the current one get a partition: a role that may not create tables has a year. */
const MONTHS_AHEAD = 12;

/**
 * Executions and events by month: both tables are partitioned by their id, a UUIDv7, which begins with its
 * time. What is there becomes the oldest partition as it is: no row is copied, each is read once. Retention
 * gets its indexes, and a score the time at which a schedule last confirmed it.
 */
export class PartitionHistory1796000100000 implements MigrationInterface {
  readonly name = 'PartitionHistory1796000100000';

  async up(runner: QueryRunner): Promise<void> {
    for (const history of HISTORIES) await partition(runner, history);

    await runner.query(`ALTER TABLE "score_snapshots" ADD "confirmed_at" timestamptz(3)`);
    // Of NBAs, only those that no press closed: a press that closes one does not write it.
    await runner.query(`
      CREATE INDEX "ix_next_best_actions_closed_unpressed" ON "next_best_actions" ("id")
      WHERE "status" <> 'queued' AND "closed_by_execution_id" IS NULL`);
    await runner.query(`
      CREATE INDEX "ix_next_action_suppressions_until"
      ON "next_action_suppressions" ("suppressed_until")`);
    await runner.query(`CREATE INDEX "ix_rate_limits_expires_at" ON "rate_limits" ("expires_at")`);
  }

  /** Copies the rows of all partitions into one table. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX "ix_rate_limits_expires_at"`);
    await runner.query(`DROP INDEX "ix_next_action_suppressions_until"`);
    await runner.query(`DROP INDEX "ix_next_best_actions_closed_unpressed"`);
    await runner.query(`ALTER TABLE "score_snapshots" DROP COLUMN "confirmed_at"`);
    for (const history of [...HISTORIES].reverse()) await unite(runner, history);
  }
}

async function partition(runner: QueryRunner, history: History): Promise<void> {
  const { table } = history;
  const oldest = `${table}_oldest`;
  await runner.query(`ALTER TABLE "${table}" RENAME TO "${oldest}"`);
  await rename(runner, history, (name) => name.replace(table, oldest));
  await runner.query(`
    CREATE TABLE "${table}" (LIKE "${oldest}" INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
    PARTITION BY RANGE ("id")`);
  await complete(runner, history);

  const first = await firstMonthAfter(runner, oldest);
  const bounds = Array.from({ length: MONTHS_AHEAD + 1 }, (_, index) => monthsAfter(first, index));
  await runner.query(`
    ALTER TABLE "${table}" ATTACH PARTITION "${oldest}"
    FOR VALUES FROM (MINVALUE) TO ('${firstIdOf(first)}')`);
  for (const month of bounds.slice(0, -1)) {
    await runner.query(`
      CREATE TABLE "${table}_${month.toISOString().slice(0, 7).replace('-', '_')}"
      PARTITION OF "${table}"
      FOR VALUES FROM ('${firstIdOf(month)}') TO ('${firstIdOf(monthsAfter(month, 1))}')`);
  }
}

async function unite(runner: QueryRunner, history: History): Promise<void> {
  const { table } = history;
  const parted = `${table}_parted`;
  await runner.query(`ALTER TABLE "${table}" RENAME TO "${parted}"`);
  await rename(runner, history, (name) => name.replace(table, parted));
  await runner.query(
    `CREATE TABLE "${table}" (LIKE "${parted}" INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`,
  );
  await runner.query(`INSERT INTO "${table}" SELECT * FROM "${parted}"`);
  await runner.query(`DROP TABLE "${parted}"`);
  await complete(runner, history);
}

/** The names of indexes are unique in a schema: those of the new table are the ones that the entities have. */
async function rename(
  runner: QueryRunner,
  { table, indexes }: History,
  to: (name: string) => string,
): Promise<void> {
  for (const name of [`pk_${table}`, ...Object.keys(indexes)]) {
    await runner.query(`ALTER INDEX "${name}" RENAME TO "${to(name)}"`);
  }
}

async function complete(
  runner: QueryRunner,
  { table, foreignKeys, indexes }: History,
): Promise<void> {
  await runner.query(`ALTER TABLE "${table}" ADD CONSTRAINT "pk_${table}" PRIMARY KEY ("id")`);
  for (const foreignKey of foreignKeys) {
    await runner.query(`ALTER TABLE "${table}" ADD CONSTRAINT ${foreignKey}`);
  }
  for (const [name, definition] of Object.entries(indexes)) {
    await runner.query(`CREATE INDEX "${name}" ON "${table}" ${definition}`);
  }
}

/** The first month that has no row yet: the next one, or a later one where the newest id is ahead. */
async function firstMonthAfter(runner: QueryRunner, table: string): Promise<Date> {
  const newest = (await runner.query(
    `SELECT id::text FROM "${table}" ORDER BY "${table}".id DESC LIMIT 1`,
  )) as { id: string }[];
  const times = newest.map(({ id }) => parseInt(id.replaceAll('-', '').slice(0, 12), 16));
  return monthsAfter(new Date(Math.max(Date.now(), ...times)), 1);
}

function monthsAfter(time: Date, months: number): Date {
  return new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + months));
}

/** The first UUIDv7 of a time (RFC 9562, 5.7): 48 bits of ms since 1970, the version and the variant. */
function firstIdOf(time: Date): string {
  const hex = time.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
