import { ApiProperty, ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, IsUUID, Length } from 'class-validator';
import { CursorPagination, CursorQuery } from '../../http/paging/cursor-page.js';
import { ScopeQuery } from '../../http/scope.dto.js';
import { type Job, type JobAttemptRecord } from '../queue/job.js';
import { JOB_STATES, type JobState } from '../queue/job.entity.js';
import { ATTEMPT_STATUSES, type AttemptStatus } from '../queue/job-attempt.entity.js';

/** Filters of the list; a bad value is a 400. Without a scope, the jobs of all scopes and of none. */
export class ListJobsQuery extends IntersectionType(CursorQuery, ScopeQuery) {
  /** Type of the jobs, for example `score.compute`. */
  @ApiPropertyOptional({ example: 'retry_failed_deliveries', maxLength: 100 })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  type?: string;

  @ApiPropertyOptional({ enum: JOB_STATES, enumName: 'JobState' })
  @IsOptional()
  @IsIn(JOB_STATES)
  state?: JobState;

  /** Only jobs that were enqueued for this next best action. */
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID()
  nextActionId?: string;
}

/** A job. */
export class JobAnswer implements Job {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'retry_failed_deliveries' })
  type!: string;

  @ApiProperty({ enum: JOB_STATES, enumName: 'JobState' })
  state!: JobState;

  /** Without secrets. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  payload!: object;

  /** At most one job of a type with this key waits at a time. */
  @ApiProperty({ type: String, nullable: true })
  dedupeKey!: string | null;

  /** The next best action that it was enqueued for. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  nextActionId!: string | null;

  /** Attempts so far. */
  @ApiProperty({ type: 'integer', example: 1 })
  attempts!: number;

  /** When its next attempt is due, while it waits. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  runAfter!: Date | null;

  /** Of its last attempt that did not succeed; null once it is completed. */
  @ApiProperty({ type: String, nullable: true, example: null })
  lastErrorCode!: string | null;

  /** Without secrets. */
  @ApiProperty({ type: String, nullable: true, example: null })
  lastErrorMessage!: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  /** When its last attempt began. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  startedAt!: Date | null;

  /** When it was completed, cancelled or dead-lettered. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  finishedAt!: Date | null;
}

/** One attempt of a job. */
export class JobAttemptAnswer implements JobAttemptRecord {
  /** Number of the attempt, from 1. */
  @ApiProperty({ type: 'integer', example: 1 })
  attempt!: number;

  @ApiProperty({ enum: ATTEMPT_STATUSES, enumName: 'JobAttemptStatus' })
  status!: AttemptStatus;

  @ApiProperty({ type: String, format: 'date-time' })
  startedAt!: Date;

  /** Its worker's last heartbeat. */
  @ApiProperty({ type: String, format: 'date-time' })
  heartbeatAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  finishedAt!: Date | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  errorCode!: string | null;

  /** Without secrets. */
  @ApiProperty({ type: String, nullable: true, example: null })
  errorMessage!: string | null;

  @ApiProperty({ format: 'uuid' })
  workerId!: string;
}

/** A job with its attempts, first to last. */
export class JobDetailAnswer extends JobAnswer {
  /** The attempts; called `tries` in the API, where `attempts` is their number. */
  @ApiProperty({ type: [JobAttemptAnswer] })
  tries!: JobAttemptAnswer[];
}

/** A page of jobs, newest first. */
export class JobPage {
  @ApiProperty({ type: [JobAnswer] })
  items!: JobAnswer[];

  @ApiProperty({ type: CursorPagination })
  pagination!: CursorPagination;
}

/** How many jobs there are in each state. */
export class JobCounts implements Record<JobState, number> {
  @ApiProperty({ type: 'integer', example: 2 })
  waiting!: number;

  @ApiProperty({ type: 'integer', example: 0 })
  retrying!: number;

  @ApiProperty({ type: 'integer', example: 1 })
  running!: number;

  @ApiProperty({ type: 'integer', example: 40 })
  completed!: number;

  @ApiProperty({ type: 'integer', example: 0 })
  cancelled!: number;

  @ApiProperty({ type: 'integer', example: 0 })
  dead_lettered!: number;
}

/** The counts of one type. */
export class JobTypeCounts extends JobCounts {
  @ApiProperty({ example: 'score.compute' })
  type!: string;
}

/** The counts of all jobs, and of each type that has any. */
export class JobSummary {
  @ApiProperty({ type: JobCounts })
  total!: JobCounts;

  @ApiProperty({ type: [JobTypeCounts] })
  types!: JobTypeCounts[];

  /** Running jobs without a heartbeat for over 10 minutes. */
  @ApiProperty({ type: 'integer', example: 0 })
  stale!: number;
}
