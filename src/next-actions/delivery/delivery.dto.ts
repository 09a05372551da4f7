import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsObject, ValidateIf } from 'class-validator';
import { Pagination } from '../../http/paging/pagination.js';
import { IsText } from '../../http/validation/text.js';
import { NextActionButton } from '../model/next-action-button.dto.js';
import { NEXT_ACTION_STATUSES, type NextActionStatus } from '../model/next-best-action.entity.js';
import { type Outcome, OUTCOMES } from '../outcomes/outcome.sql.js';
import { CHANGES_SCHEMA } from './preview.dto.js';
import { EXECUTION_STATUSES, type ExecutionStatus } from './next-action-execution.entity.js';

/** A press of a button. */
export class ExecuteBody {
  /** Key of a registered action, from `GET /api/delivery-actions`. */
  @ApiProperty({ example: 'mark_done' })
  @IsText(1, 64)
  actionKey!: string;

  /** What the action takes, after its `inputSchema`. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  @ValidateIf((body: ExecuteBody) => body.input !== undefined)
  @IsObject()
  input?: object;
}

/** The header of an answer that an earlier execution gives. */
export const REPLAYED_HEADER = {
  'Idempotent-Replayed': {
    description: '`true` when an earlier execution answers.',
    schema: { type: 'string' as const },
  },
};

/** The answer to a press. */
export class ExecuteAnswer {
  @ApiProperty({ enum: [true] })
  ok!: true;

  /** Id of the execution that did the work: this one, or the one that it repeats. */
  @ApiProperty({ format: 'uuid' })
  executionId!: string;
}

/** A recorded execution. */
export class ExecutionAnswer {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ format: 'uuid' })
  nextActionId!: string;

  @ApiProperty({ example: 'mark_done' })
  actionKey!: string;

  @ApiProperty({ enum: EXECUTION_STATUSES, enumName: 'ExecutionStatus' })
  status!: ExecutionStatus;

  @ApiProperty({ type: String, format: 'date-time' })
  startedAt!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  finishedAt!: string;

  @ApiProperty({ type: String, nullable: true, example: null })
  errorCode!: string | null;

  /** Without secrets. */
  @ApiProperty({ type: String, nullable: true, example: null })
  errorMessage!: string | null;

  /** What was sent as `input`, without secrets; null for nothing. */
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, example: null })
  input!: object | null;

  /** The fields of the NBA that the press changed, each with its values before and after. */
  @ApiProperty(CHANGES_SCHEMA)
  changes!: object;

  /** What the action returned of its work. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  meta!: object;

  /** Id of who pressed; null for the system. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  actorId!: string | null;

  /** Name of the user or the service token that pressed; null for the system, and for a user who is gone. */
  @ApiProperty({ type: String, nullable: true, example: 'Ann Example' })
  actorName!: string | null;

  /** When an undo took it back; null for one that stands. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  undoneAt!: string | null;

  /** The execution that this one took back; null for a press. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true, example: null })
  undoesId!: string | null;

  /**
   * Of the press that closed what a rule suggested: whether the condition of the rule went away within 7 days,
   * came back or stayed. Null while that is open, and for any other execution.
   */
  @ApiProperty({ enum: OUTCOMES, enumName: 'Outcome', nullable: true, example: null })
  outcome!: Outcome | null;
}

/** A page of executions, newest first. */
export class ExecutionPage {
  @ApiProperty({ type: [ExecutionAnswer] })
  items!: ExecutionAnswer[];

  @ApiProperty({ type: Pagination })
  pagination!: Pagination;
}

/** A delivery action. */
export class DeliveryActionAnswer extends NextActionButton {
  /** The states of an NBA in which a press is accepted. */
  @ApiProperty({ enum: NEXT_ACTION_STATUSES, enumName: 'NextActionStatus', isArray: true })
  worksOn!: NextActionStatus[];
}

/** Every button that this server has. */
export class DeliveryActionList {
  @ApiProperty({ type: [DeliveryActionAnswer] })
  items!: DeliveryActionAnswer[];
}
