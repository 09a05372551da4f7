import { type Priority } from '../../kernel/priority.js';
import { type NextActionStatus } from './next-best-action.entity.js';

/** A next best action as read from the table: a plain value, nothing tracks or saves it. */
export interface NextAction {
  readonly id: string;
  readonly title: string;
  readonly reason: string | null;
  readonly priority: Priority;
  /** 0–100. */
  readonly score: number;
  readonly status: NextActionStatus;
  readonly sourceType: string | null;
  readonly sourceId: string | null;
  readonly actionUrl: string | null;
  readonly payload: object;
  readonly explanation: object | null;
  readonly createdByRule: string | null;
  readonly templateKey: string | null;
  readonly dedupeKey: string | null;
  readonly entityType: string;
  readonly entityId: string;
  readonly snoozedUntil: Date | null;
  readonly lastExecutedAt: Date | null;
  readonly lastExecutionStatus: 'success' | 'failed' | null;
  readonly lastExecutionErrorCode: string | null;
  readonly lastExecutionErrorMessage: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly completedAt: Date | null;
  readonly dismissedAt: Date | null;
}
