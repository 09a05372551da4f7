import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A history of transaction ids in which events were stored: one a cluster and timeline. */
@Entity('feed_epochs')
export class FeedEpochRow {
  /** From 1; 0 is what was stored before there were epochs. The highest one is the current one. */
  @PrimaryColumn('int', { primaryKeyConstraintName: 'pk_feed_epochs' })
  epoch!: number;

  /** System identifier and timeline of the cluster; null where the server does not tell. */
  @Column('text', { nullable: true })
  cluster!: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  beganAt!: Date;
}
