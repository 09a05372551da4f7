import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { type Priority } from '../../kernel/priority.js';

export const NEXT_ACTION_STATUSES = ['queued', 'done', 'dismissed', 'expired'] as const;
export type NextActionStatus = (typeof NEXT_ACTION_STATUSES)[number];

/** Who creates an NBA: an API client, or a run of the rules, which changes only its own. */
export const ORIGINS = ['api', 'rule'] as const;
export type Origin = (typeof ORIGINS)[number];

/**
 * A next best action: a ranked recommendation with buttons. It defines the schema for migrations; the hot
 * path reads and writes the table by SQL (next-actions.sql.ts).
 */
@Entity('next_best_actions')
@Check('ck_next_best_actions_priority', `"priority" IN ('low', 'medium', 'high', 'critical')`)
@Check('ck_next_best_actions_status', `"status" IN ('queued', 'done', 'dismissed', 'expired')`)
@Check('ck_next_best_actions_score', `"score" BETWEEN 0 AND 100`)
@Check('ck_next_best_actions_origin', `"origin" IN ('api', 'rule')`)
@Check(
  'ck_next_best_actions_last_execution_status',
  `"last_execution_status" IN ('success', 'failed')`,
)
// A recommendation that recurs after it was done is a new NBA, so a dedupe key is unique among queued rows
// only.
@Index('uq_next_best_actions_dedupe', ['entityType', 'entityId', 'dedupeKey'], {
  unique: true,
  where: `"status" = 'queued' AND "dedupe_key" IS NOT NULL`,
})
// A run's own queue.
@Index('ix_next_best_actions_rule_queue', ['entityType', 'entityId'], {
  where: `"status" = 'queued' AND "origin" = 'rule'`,
})
// For a run, which brings such an action back.
@Index('ix_next_best_actions_snoozed_expired', ['entityType', 'entityId', 'dedupeKey'], {
  where: `"status" = 'expired' AND "origin" = 'rule' AND "snoozed_until" IS NOT NULL`,
})
// For retention: only what no press closed, so that a press that closes an NBA does not write it.
@Index('ix_next_best_actions_closed_unpressed', ['id'], {
  where: `"status" <> 'queued' AND "closed_by_execution_id" IS NULL`,
})
// For the cool-downs of the rules. It has an included column, so the migration creates it.
@Index('ix_next_best_actions_done', { synchronize: false })
@Index('ix_next_best_actions_dismissed', { synchronize: false })
// They have descending or included columns, which TypeORM can't express: the migration creates them, and
// TypeORM ignores them.
@Index('ix_next_best_actions_scope', { synchronize: false })
@Index('ix_next_best_actions_type', { synchronize: false })
@Index('ix_next_best_actions_source', { synchronize: false })
@Index('ix_next_best_actions_rule', { synchronize: false })
@Index('ix_next_best_actions_assignee', { synchronize: false })
@Index('ix_next_best_actions_created', { synchronize: false })
// For what the rules suggested in a period: ids are ordered in time.
@Index('ix_next_best_actions_suggested', ['entityType', 'entityId', 'id'], {
  where: `"origin" = 'rule'`,
})
@Index('ix_next_best_actions_snoozed', ['entityType', 'entityId', 'snoozedUntil', 'id'], {
  where: `"status" = 'queued' AND "snoozed_until" IS NOT NULL`,
})
// What the start still has to fold for the search.
@Index('ix_next_best_actions_unfolded', ['id'], { where: `"search_text" IS NULL` })
// The start builds it, where the extension pg_trgm is there: search-text.ts.
@Index('ix_next_best_actions_search', { synchronize: false })
export class NextBestAction {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_next_best_actions' })
  id!: string;

  @Column('text')
  title!: string;

  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('text')
  priority!: Priority;

  /** 0–100; the list is ranked by it. */
  @Column('int')
  score!: number;

  @Column('text', { default: 'queued' })
  status!: NextActionStatus;

  @Column('text', { default: 'api' })
  origin!: Origin;

  @Column('text', { nullable: true })
  sourceType!: string | null;

  @Column('text', { nullable: true })
  sourceId!: string | null;

  @Column('text', { nullable: true })
  actionUrl!: string | null;

  @Column('jsonb', { default: {} })
  payload!: object;

  @Column('jsonb', { nullable: true })
  explanation!: object | null;

  @Column('text', { nullable: true })
  createdByRule!: string | null;

  @Column('text', { nullable: true })
  templateKey!: string | null;

  @Column('text', { nullable: true })
  dedupeKey!: string | null;

  @Column('text')
  entityType!: string;

  @Column('text')
  entityId!: string;

  /** The user who is to act on it. */
  @Column('uuid', { nullable: true })
  assigneeId!: string | null;

  /** Hidden from the queue until then; in milliseconds, like every time that the application sets. */
  @Column('timestamptz', { nullable: true })
  snoozedUntil!: Date | null;

  @Column('timestamptz', { nullable: true })
  lastExecutedAt!: Date | null;

  @Column('text', { nullable: true })
  lastExecutionStatus!: 'success' | 'failed' | null;

  @Column('text', { nullable: true })
  lastExecutionErrorCode!: string | null;

  @Column('text', { nullable: true })
  lastExecutionErrorMessage!: string | null;

  /** In milliseconds, like a JavaScript Date, so that a cursor holds the exact value. */
  @Column('timestamp with time zone', { precision: 3, default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { default: () => 'now()' })
  updatedAt!: Date;

  @Column('timestamptz', { nullable: true })
  completedAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  dismissedAt!: Date | null;

  /** When a run first found the condition of its rule gone after it was closed: see outcomes/outcome.sql.ts. */
  @Column('timestamp with time zone', { precision: 3, nullable: true })
  conditionGoneAt!: Date | null;

  /** When a later run found the condition back. */
  @Column('timestamp with time zone', { precision: 3, nullable: true })
  conditionBackAt!: Date | null;

  /** The execution that closed it. No foreign key: executions are deleted by age. */
  @Column('uuid', { nullable: true })
  closedByExecutionId!: string | null;

  /** What search reads: search-text.ts. Null until the start has folded a row of an earlier version. */
  @Column({ type: 'text', nullable: true, collation: 'C' })
  searchText!: string | null;
}
