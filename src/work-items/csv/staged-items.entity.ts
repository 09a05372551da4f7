import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * A part of an import that is stored all or nothing: items that were checked and wait for the rest. It
 * defines the schema for migrations; the table is read and written by SQL (staged-items.sql.ts).
 */
@Entity('staged_work_items')
export class StagedItemsRow {
  /** The first UUIDv7 of the import. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_staged_work_items' })
  importId!: string;

  /** Number of the part, from 1. */
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'pk_staged_work_items' })
  part!: number;

  /** Records as a push reads them. */
  @Column('jsonb')
  items!: object[];

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;
}
