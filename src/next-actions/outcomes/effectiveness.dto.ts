import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { CommonScope, ScopeQuery } from '../../http/scope.dto.js';
import { IsText } from '../../http/validation/text.js';

/** Most days of the period. */
const MAX_DAYS = 400;

/** Which suggestions to look at. */
export class EffectivenessQuery extends ScopeQuery {
  /** Only those of this rule. */
  @ApiPropertyOptional({ example: 'overdue_reminders_high_priority', maxLength: 100 })
  @IsOptional()
  @IsText(1, 100)
  ruleKey?: string;

  /** How many days back the suggestions were made. */
  @ApiPropertyOptional({ minimum: 1, maximum: MAX_DAYS, default: 30 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_DAYS)
  days: number = 30;
}

/** How often one action was pressed on what a rule suggested. */
export class ActionEffectiveness {
  @ApiProperty({ example: 'mark_done' })
  actionKey!: string;

  /** Successful presses that were not taken back. */
  @ApiProperty({ example: 12 })
  pressed!: number;

  /** Presses whose action failed. */
  @ApiProperty({ example: 0 })
  failed!: number;

  /** Half of the first presses of it came faster, in ms since the suggestion; null without a press. */
  @ApiProperty({ type: Number, nullable: true, example: 5_400_000 })
  medianMsToPress!: number | null;
}

/** What became of the suggestions of one rule. */
export class RuleEffectiveness {
  @ApiProperty({ example: 'overdue_reminders_high_priority' })
  ruleKey!: string;

  /** Next best actions that the rule made in the period. */
  @ApiProperty({ example: 20 })
  suggested!: number;

  /** Those with a successful press that was not taken back. */
  @ApiProperty({ example: 14 })
  pressed!: number;

  @ApiProperty({ example: 12 })
  done!: number;

  @ApiProperty({ example: 2 })
  dismissed!: number;

  /** Closed, and the condition of the rule went away within 7 days. */
  @ApiProperty({ example: 9 })
  resolved!: number;

  /** Closed, and the condition went away and came back within 7 days. */
  @ApiProperty({ example: 2 })
  returned!: number;

  /** Closed, and the condition stayed for 7 days. */
  @ApiProperty({ example: 1 })
  ignored!: number;

  /** Half of the first presses came faster, in ms since the suggestion; null without a press. */
  @ApiProperty({ type: Number, nullable: true, example: 5_400_000 })
  medianMsToPress!: number | null;

  /** By how often they were pressed. */
  @ApiProperty({ type: [ActionEffectiveness] })
  actions!: ActionEffectiveness[];
}

/** What became of what the rules suggested in a period. */
export class EffectivenessAnswer extends CommonScope {
  /** Begin of the period. */
  @ApiProperty({ type: String, format: 'date-time' })
  since!: Date;

  /** By the key of the rule. */
  @ApiProperty({ type: [RuleEffectiveness] })
  items!: RuleEffectiveness[];
}
