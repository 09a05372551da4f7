import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean } from 'class-validator';

/** Ticks a step, or takes the tick back. */
export class TickStepBody {
  @ApiProperty({ example: true })
  @IsBoolean()
  done!: boolean;
}

class PlaybookLink {
  @ApiProperty({ example: 'The items' })
  label!: string;

  /** A path of this API, with its query. */
  @ApiProperty({ example: '/api/work-items?condition=retention_overdue' })
  href!: string;
}

/** A step, and whether it is done. */
export class PlaybookStepAnswer {
  @ApiProperty({ example: 'call_longest_waiting' })
  key!: string;

  @ApiProperty({ example: 'Call the customer who has waited longest.' })
  text!: string;

  @ApiProperty({ example: true })
  required!: boolean;

  /** The delivery action whose successful execution ticks the step. */
  @ApiProperty({ type: String, nullable: true, example: null })
  actionKey!: string | null;

  /** Where it is done. */
  @ApiProperty({ type: PlaybookLink, nullable: true })
  link!: PlaybookLink | null;

  @ApiProperty({ example: true })
  done!: boolean;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  doneAt!: Date | null;

  /** Who ticked it, or pressed its action. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  doneBy!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Ada' })
  doneByName!: string | null;

  /** The execution that ticked it; null where somebody did by hand. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  executionId!: string | null;
}

/** How an NBA is worked off, and how far that is. */
export class PlaybookAnswer {
  @ApiProperty({ format: 'uuid' })
  nextActionId!: string;

  /** The rule that it belongs to. */
  @ApiProperty({ type: String, nullable: true, example: 'retention_overdue' })
  ruleKey!: string | null;

  /** Null for an NBA that no built-in rule made: it has no playbook. */
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'Contact the waiting customers',
    description: 'Null for an NBA that no built-in rule made: it has no playbook.',
  })
  title!: string | null;

  /** What is true afterwards. */
  @ApiProperty({ type: String, nullable: true, example: 'Every customer has been contacted.' })
  outcome!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'A customer who waits looks elsewhere.' })
  why!: string | null;

  @ApiProperty({ type: [PlaybookStepAnswer] })
  steps!: PlaybookStepAnswer[];

  /** The actions that it suggests, in the order of their buttons. */
  @ApiProperty({ type: [String], example: ['mark_done', 'snooze_1d'] })
  suggestedActions!: string[];
}
