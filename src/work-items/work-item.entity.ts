import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { type Priority } from '../kernel/priority.js';
import {
  openStatesOf,
  statesOf,
  WORK_ITEM_KIND_NAMES,
  type WorkItemKind,
  type WorkItemState,
} from './work-item-kinds.js';

/**
 * A work item. It defines the schema for migrations; the table is read and written by SQL
 * (work-items.sql.ts).
 */
@Entity('work_items')
@Check('ck_work_items_state', kindsWith(statesOf))
// A stored column, so that a push computes it once and a partial index can use it.
@Check('ck_work_items_is_open', `"is_open" = (${kindsWith(openStatesOf)})`)
@Check('ck_work_items_priority', `"priority" IN ('low', 'medium', 'high', 'critical')`)
@Index('uq_work_items_external_id', ['kind', 'externalId'], { unique: true })
@Index('ix_work_items_scope', ['entityType', 'entityId', 'id'])
// Has included columns, which TypeORM can't express: the migration creates it, and TypeORM ignores it.
@Index('ix_work_items_open', { synchronize: false })
// What the start still has to fold for the search.
@Index('ix_work_items_unfolded', ['id'], { where: `"search_text" IS NULL` })
// The start builds it, where the extension pg_trgm is there: work-items.search.ts.
@Index('ix_work_items_search', { synchronize: false })
export class WorkItemRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_work_items' })
  id!: string;

  @Column('text')
  kind!: WorkItemKind;

  /** The item's id in the system that pushes it. */
  @Column('text')
  externalId!: string;

  @Column('text')
  entityType!: string;

  @Column('text')
  entityId!: string;

  @Column('text')
  state!: WorkItemState;

  /** Whether the kind's state is an open one; rules and scores read open items only. */
  @Column('boolean', { name: 'is_open' })
  open!: boolean;

  @Column('text')
  priority!: Priority;

  @Column('text')
  title!: string;

  @Column('timestamp with time zone', { precision: 3, nullable: true })
  dueAt!: Date | null;

  @Column('timestamp with time zone', { precision: 3 })
  occurredAt!: Date;

  @Column('jsonb', { default: {} })
  attributes!: object;

  /** What search reads, folded: title and external id. Null until the start has folded a row of an earlier version. */
  @Column({ type: 'text', nullable: true, collation: 'C' })
  searchText!: string | null;

  /**
   * When the application last scored a lead; null for other kinds, before the first score, and since a push
   * with other attributes. The state stays what the source of the lead pushed.
   */
  @Column('timestamp with time zone', { precision: 3, nullable: true })
  scoredAt!: Date | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { default: () => 'now()' })
  updatedAt!: Date;
}

/** Each kind with its states, as a condition in SQL. */
function kindsWith(states: (kind: WorkItemKind) => readonly string[]): string {
  return WORK_ITEM_KIND_NAMES.map((kind) => {
    const list = states(kind).map((state) => `'${state}'`);
    return `("kind" = '${kind}' AND "state" IN (${list.join(', ')}))`;
  }).join(' OR ');
}
