import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A schedule that is set: which of its instants was the last to enqueue its job. */
@Entity('job_schedules')
export class ScheduleRow {
  /** The type of the job that a tick enqueues. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_job_schedules' })
  type!: string;

  @Column('timestamptz')
  lastTickAt!: Date;
}
