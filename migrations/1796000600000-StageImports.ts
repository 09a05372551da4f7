import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Rows of an import until it moves them all at once, and what the search of work items reads. */
export class StageImports1796000600000 implements MigrationInterface {
  readonly name = 'StageImports1796000600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "staged_work_items" (
        "import_id" uuid NOT NULL,
        "part" integer NOT NULL,
        "items" jsonb NOT NULL,
        "created_at" timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT "pk_staged_work_items" PRIMARY KEY ("import_id", "part")
      )`);
    await runner.query(`ALTER TABLE "work_items" ADD "search_text" text COLLATE "C"`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "work_items" DROP COLUMN "search_text"`);
    await runner.query(`DROP TABLE "staged_work_items"`);
  }
}
