import { ApiProperty, ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional, IsString, Length } from 'class-validator';
import { CursorPagination, CursorQuery } from '../../http/paging/cursor-page.js';
import { ScopeQuery } from '../../http/scope.dto.js';
import { IsInstant } from '../../http/validation/instant.js';
import { IsText } from '../../http/validation/text.js';
import { NEXT_ACTION_RULE_KEYS, type NextActionRuleKey } from '../model/rule-keys.js';
import { SUPPRESSION_LENGTHS, type SuppressionLength } from './suppression-terms.js';

const REASON_MAX = 500;
const Rule = { enum: NEXT_ACTION_RULE_KEYS, enumName: 'NextActionRule' };
const Lengths = { enum: SUPPRESSION_LENGTHS, enumName: 'SuppressionLength' };
const Time = { type: String, format: 'date-time' };

/** Filters of the list; a bad value is a 400. */
export class ListSuppressionsQuery extends IntersectionType(CursorQuery, ScopeQuery) {
  /** The rule that they hold back. */
  @ApiPropertyOptional({
    minLength: 1,
    maxLength: 100,
    description: 'The rule that they hold back.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  ruleKey?: string;

  /** Whether they hold now. */
  @ApiPropertyOptional({
    type: Boolean,
    description: 'true: those that hold now; false: those that have ended. Without it, both.',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) =>
    value === 'true' ? true : value === 'false' ? false : value,
  )
  @IsBoolean()
  active?: boolean;
}

/** What is held back, where, for how long, and why. */
export class NewSuppression extends ScopeQuery {
  /** A built-in rule; or `dedupeKey`. */
  @ApiPropertyOptional({
    ...Rule,
    example: 'retention_overdue',
    description: 'The rule that makes no suggestions; or dedupeKey.',
  })
  @IsOptional()
  @IsIn(NEXT_ACTION_RULE_KEYS)
  ruleKey?: NextActionRuleKey;

  /** A dedupe key; or `ruleKey`. */
  @ApiPropertyOptional({
    maxLength: 300,
    description: 'The dedupe key that a run does not queue; or ruleKey.',
  })
  @IsOptional()
  @IsText(1, 300)
  dedupeKey?: string;

  /** For how long; or `until`. */
  @ApiPropertyOptional({ ...Lengths, example: '7d', description: 'For how long; or until.' })
  @IsOptional()
  @IsIn(SUPPRESSION_LENGTHS)
  for?: SuppressionLength;

  /** Until when; or `for`. */
  @ApiPropertyOptional({ ...Time, description: 'Until when; or for.' })
  @IsOptional()
  @IsInstant()
  until?: string;

  /** Why. */
  @ApiProperty({ example: 'The customer is called every week.', maxLength: REASON_MAX })
  @IsText(1, REASON_MAX)
  reason!: string;
}

/** What changes of a suppression; the rest stays. */
export class ChangeSuppression {
  /** From now on; or `until`. */
  @ApiPropertyOptional({ ...Lengths, example: '30d', description: 'From now on; or until.' })
  @IsOptional()
  @IsIn(SUPPRESSION_LENGTHS)
  for?: SuppressionLength;

  @ApiPropertyOptional({ ...Time, description: 'Until when; or for.' })
  @IsOptional()
  @IsInstant()
  until?: string;

  @ApiPropertyOptional({ example: 'Until the new contract is signed.', maxLength: REASON_MAX })
  @IsOptional()
  @IsText(1, REASON_MAX)
  reason?: string;
}

/** A suppression as the API answers it. */
export class SuppressionAnswer {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /** `account/acme`, `account/*`, or `*`. */
  @ApiProperty({ example: 'account/acme', description: 'account/acme, account/*, or *.' })
  scope!: string;

  /** Null where it holds in every scope. */
  @ApiProperty({ type: String, nullable: true, example: 'account', description: 'Null for *.' })
  entityType!: string | null;

  /** Null where it holds in more than one scope. */
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'acme',
    description: 'Null for * and account/*.',
  })
  entityId!: string | null;

  /** The rule that it holds back; null where it names a dedupe key. */
  @ApiProperty({ type: String, nullable: true, example: 'retention_overdue' })
  ruleKey!: string | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  dedupeKey!: string | null;

  /** When it ends or ended; null: for good. */
  @ApiProperty({ ...Time, nullable: true, description: 'When it ends or ended; null: for good.' })
  until!: Date | null;

  /** Whether it holds now. */
  @ApiProperty({ example: true, description: 'Whether it holds now.' })
  active!: boolean;

  /** Null for one that an earlier version stored. */
  @ApiProperty({ type: String, nullable: true, example: 'The customer is called every week.' })
  reason!: string | null;

  /** The user or the service token that set it. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  createdBy!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Ada' })
  createdByName!: string | null;

  @ApiProperty(Time)
  createdAt!: Date;

  /** When it was lifted; null for one that holds or ran out. */
  @ApiProperty({ ...Time, nullable: true, description: 'When it was lifted, if it was.' })
  endedAt!: Date | null;

  /** Who lifted it. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  endedBy!: string | null;
}

/** A page of suppressions, newest first. */
export class SuppressionPage {
  @ApiProperty({ type: [SuppressionAnswer] })
  items!: SuppressionAnswer[];

  @ApiProperty({ type: CursorPagination })
  pagination!: CursorPagination;
}
