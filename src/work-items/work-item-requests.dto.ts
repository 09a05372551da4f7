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
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { IsInstant } from '../http/validation/instant.js';
import { IsPathId, IsText } from '../http/validation/text.js';
import { PageQuery } from '../http/paging/pagination.js';
import { PRIORITIES, type Priority } from '../kernel/priority.js';
import { ScopeFields, ScopeQuery } from '../http/scope.dto.js';
import { WORK_ITEM_CONDITIONS, type WorkItemConditionKey } from './work-item-conditions.js';
import { statesOf, WORK_ITEM_KIND_NAMES, type WorkItemKind } from './work-item-kinds.js';

const CONDITION_KEYS = Object.keys(WORK_ITEM_CONDITIONS) as WorkItemConditionKey[];
const STATES = [...new Set(WORK_ITEM_KIND_NAMES.flatMap((kind): string[] => [...statesOf(kind)]))];

/** Whether a field is there, be it null. */
function isGiven(_: object, value: unknown): boolean {
  return value !== undefined;
}

/** The most items of one batch. */
export const BATCH_MAX = 1000;

/** The key of an item, in the path or in a batch. */
export class WorkItemKey {
  @ApiProperty({ enum: WORK_ITEM_KIND_NAMES, enumName: 'WorkItemKind' })
  @IsIn(WORK_ITEM_KIND_NAMES)
  kind!: WorkItemKind;

  /** The item's id in the system that pushes it. */
  @ApiProperty({ example: 'crm-4711', minLength: 1, maxLength: 200 })
  @IsPathId(200)
  externalId!: string;
}

/**
 * A work item as it is pushed. It replaces what is stored, so what is left out has its default; only the
 * scope of a known item stays when none is named.
 */
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
  @IsText(1, 300)
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

/** Changes of a work item; what is left out stays as it is. */
export class PatchWorkItemBody extends ScopeFields {
  @ApiPropertyOptional({
    enum: STATES,
    enumName: 'WorkItemState',
    description: 'One of the kind’s states.',
  })
  @ValidateIf(isGiven)
  @IsString()
  @Length(1, 64)
  state?: string;

  @ApiPropertyOptional({
    enum: PRIORITIES,
    enumName: 'Priority',
    description: 'null is the default, medium.',
  })
  @IsOptional()
  @IsIn(PRIORITIES)
  priority?: Priority | null;

  @ApiPropertyOptional({ example: 'Call Acme about the renewal', minLength: 1, maxLength: 300 })
  @ValidateIf(isGiven)
  @IsText(1, 300)
  title?: string;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'null removes it.',
  })
  @IsOptional()
  @IsInstant()
  dueAt?: string | null;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    description: 'When the item came into its state. Default: now for a new state, else unchanged.',
  })
  @IsOptional()
  @IsInstant()
  occurredAt?: string | null;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'A merge patch (RFC 7396): attributes left out stay, null removes one.',
  })
  @ValidateIf(isGiven)
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

  @ApiPropertyOptional({ example: 'crm-4711', minLength: 1, maxLength: 200 })
  @IsOptional()
  @IsPathId(200)
  externalId?: string;

  @ApiPropertyOptional({ type: String, format: 'date-time' })
  @IsOptional()
  @IsInstant()
  dueBefore?: string;

  /** Only items that were created or changed at this time or later. */
  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    description: 'Only items that were created or changed at this time or later.',
  })
  @IsOptional()
  @IsInstant()
  updatedSince?: string;

  /** Substring of title or external id, case-insensitive; `%` and `_` mean themselves. */
  @ApiPropertyOptional({
    example: 'renewal',
    minLength: 1,
    maxLength: 200,
    description: 'Substring of title or external id, case-insensitive; % and _ are literal.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  search?: string;

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
