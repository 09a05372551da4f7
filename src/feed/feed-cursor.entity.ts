import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How far a consumer of the feed has come: the position of the last event that it processed. */
@Entity('feed_cursors')
export class FeedCursorRow {
  /** Name of the consumer. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_feed_cursors' })
  name!: string;

  @Column('int')
  epoch!: number;

  @Column('bigint')
  xid!: string;

  @Column('uuid')
  id!: string;

  @Column('timestamptz', { default: () => 'now()' })
  updatedAt!: Date;
}
