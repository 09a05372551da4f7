import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * A press can be taken back: its execution has the time at which that happened, and the execution that did
 * it names the one it took back. No foreign key: none may point at a partitioned table.
 */
export class TakeBackPresses1796001800000 implements MigrationInterface {
  readonly name = 'TakeBackPresses1796001800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE "next_action_executions" ADD "undone_at" timestamptz, ADD "undoes_id" uuid`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE "next_action_executions" DROP COLUMN "undone_at", DROP COLUMN "undoes_id"`);
  }
}
