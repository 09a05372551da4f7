import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** In the order in which a press locks them: servers of the version before may run. */
const TABLES = ['jobs', 'subscriber_events', 'webhook_deliveries', 'ops_events'];

/**
 * The span that published an event or enqueued a job, so that what leaves a transaction continues its trace.
 * Without a default, no row is written.
 */
export class CarryTraces1796002600000 implements MigrationInterface {
  readonly name = 'CarryTraces1796002600000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      await runner.query(`ALTER TABLE "${table}" ADD COLUMN "trace_parent" text`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      await runner.query(`ALTER TABLE "${table}" DROP COLUMN "trace_parent"`);
    }
  }
}
