import { ApiProperty, ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  ValidateNested,
} from 'class-validator';
import { IsInstant } from '../http/validation/instant.js';
import { PageQuery } from '../http/paging/pagination.js';
import { PRIORITIES, type Priority } from '../kernel/priority.js';
import { PRINTABLE } from '../kernel/scope.js';
import { ScopeFields, ScopeQuery } from '../http/scope.dto.js';
import { WORK_ITEM_CONDITIONS, type WorkItemConditionKey } from './work-item-conditions.js';
import { statesOf, WORK_ITEM_KIND_NAMES, type WorkItemKind } from './work-item-kinds.js';

const CONDITION_KEYS = Object.keys(WORK_ITEM_CONDITIONS) as WorkItemConditionKey[];
const STATES = [...new Set(WORK_ITEM_KIND_NAMES.flatMap((kind): string[] => [...statesOf(kind)]))];

/** The most items of one batch. */
export const BATCH_MAX = 1000;

/** The key of an item, in the path or in a batch. */
export class WorkItemKey {
  @ApiProperty({ enum: WORK_ITEM_KIND_NAMES, enumName: 'WorkItemKind' })
  @IsIn(WORK_ITEM_KIND_NAMES)
  kind!: WorkItemKind;

  /** The item's id in the system that pushes it. */
  @ApiProperty({ example: 'crm-4711', minLength: 1, maxLength: 200 })
  @IsString()
  @Length(1, 200)
  @Matches(PRINTABLE, { message: '$property must not contain control characters' })
  externalId!: string;
}

/** A work item as it is pushed. It replaces what is stored, so what is left out has its default. */
export class PutWorkItemBody extends ScopeFields {
  /** One of the kind's states. */
  @ApiProperty({
    enum: STATES,
    enumName: 'WorkItemState',
    description: 'One of the kind’s states.',
  })
  @IsString()
  @Length(1, 64)
  state!: string;

  @ApiPropertyOptional({ enum: PRIORITIES, enumName: 'Priority', default: 'medium' })
  @IsOptional()
  @IsIn(PRIORITIES)
  priority?: Priority;

  @ApiProperty({ example: 'Call Acme about the renewal', minLength: 1, maxLength: 300 })
  @IsString()
  @Length(1, 300)
  title!: string;

  /** What it means depends on the kind: docs/domain.md. */
  @ApiPropertyOptional({ type: String, format: 'date-time', nullable: true })
  @IsOptional()
  @IsInstant()
  dueAt?: string | null;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    nullable: true,
    description:
      'When the item came into its state. Default: now for a new item or a new state, otherwise unchanged.',
  })
  @IsOptional()
  @IsInstant()
  occurredAt?: string | null;

  /** Free attributes; the score of a lead is computed from them. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true, default: {} })
  @IsOptional()
  @IsObject()
  attributes?: object;
}

/** An item of a batch. */
export class BatchWorkItem extends IntersectionType(WorkItemKey, PutWorkItemBody) {}

/** Any number of items of any kinds and scopes; each at most once. */
export class BatchBody {
  @ApiProperty({ type: [BatchWorkItem], minItems: 1, maxItems: BATCH_MAX })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(BATCH_MAX)
  @ValidateNested({ each: true })
  @Type(() => BatchWorkItem)
  items!: BatchWorkItem[];
}

/** Filters of the list; a bad value is a 400. */
export class ListWorkItemsQuery extends IntersectionType(PageQuery, ScopeQuery) {
  @ApiPropertyOptional({ enum: WORK_ITEM_KIND_NAMES, enumName: 'WorkItemKind' })
  @IsOptional()
  @IsIn(WORK_ITEM_KIND_NAMES)
  kind?: WorkItemKind;

  @ApiPropertyOptional({ enum: STATES, enumName: 'WorkItemState' })
  @IsOptional()
  @IsIn(STATES)
  state?: string;

  @ApiPropertyOptional({ enum: PRIORITIES, enumName: 'Priority' })
  @IsOptional()
  @IsIn(PRIORITIES)
  priority?: Priority;

  /** Whether somebody may still need to act on it. */
  @ApiPropertyOptional({ description: 'Whether somebody may still need to act on it.' })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) =>
    value === 'true' ? true : value === 'false' ? false : value,
  )
  @IsBoolean()
  open?: boolean;

  @ApiPropertyOptional({ type: String, format: 'date-time' })
  @IsOptional()
  @IsInstant()
  dueBefore?: string;

  /** Only the items that rules count under this condition, now. */
  @ApiPropertyOptional({
    enum: CONDITION_KEYS,
    enumName: 'WorkItemCondition',
    description: 'Only the items that rules count under this condition, now.',
  })
  @IsOptional()
  @IsIn(CONDITION_KEYS)
  condition?: WorkItemConditionKey;
}
