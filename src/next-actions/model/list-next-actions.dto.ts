import { ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsOptional, IsString, Length, Matches } from 'class-validator';
import { PageQuery } from '../../http/paging/pagination.js';
import { ScopeQuery } from '../../http/scope.dto.js';
import { PRIORITIES, type Priority } from '../../kernel/priority.js';
import { SNAKE_CASE } from '../../kernel/scope.js';
import {
  NEXT_ACTION_SORTS,
  type NextActionSort,
  SNOOZED_FILTERS,
  type SnoozedFilter,
} from './next-actions.list.js';
import { NEXT_ACTION_STATUSES, type NextActionStatus } from './next-best-action.entity.js';

const STATUS = `(${NEXT_ACTION_STATUSES.join('|')})`;

/** `me`, `none`, or a UUID. */
const ASSIGNEE = /^(me|none|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** Filters of the list; a bad value is a 400. */
export class ListNextActionsQuery extends IntersectionType(PageQuery, ScopeQuery) {
  /** One or more, in the order of the enum and each once. */
  @ApiPropertyOptional({
    type: String,
    pattern: `^${STATUS}(,${STATUS})*$`,
    example: 'queued',
    description: `One or more of ${NEXT_ACTION_STATUSES.join(', ')}, separated by commas. Without it, all.`,
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => statusesOf(value))
  @IsIn(NEXT_ACTION_STATUSES, {
    each: true,
    message: `status must be one or more of ${NEXT_ACTION_STATUSES.join(', ')}, separated by commas`,
  })
  status?: readonly NextActionStatus[];

  @ApiPropertyOptional({ enum: PRIORITIES, enumName: 'Priority' })
  @IsOptional()
  @IsIn(PRIORITIES)
  priority?: Priority;

  @ApiPropertyOptional({ example: 'notification_delivery', pattern: SNAKE_CASE.source })
  @IsOptional()
  @IsString()
  @Matches(SNAKE_CASE, { message: 'sourceType must be snake_case, at most 64 characters' })
  sourceType?: string;

  /** The rule that created it. */
  @ApiPropertyOptional({
    example: 'retention_overdue',
    minLength: 1,
    maxLength: 100,
    description: 'The rule that created it.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  ruleKey?: string;

  /** `me`, `none` or the id of a user. */
  @ApiPropertyOptional({
    example: 'me',
    pattern: ASSIGNEE.source,
    description: 'The user it is assigned to: me, none, or an id.',
  })
  @IsOptional()
  @IsString()
  @Matches(ASSIGNEE, { message: 'assigneeId must be me, none, or the id of a user' })
  assigneeId?: string;

  /** By default `hidden` with `queued` or without a status, else `all`. */
  @ApiPropertyOptional({
    enum: SNOOZED_FILTERS,
    description:
      'What is snoozed: hidden, only, or all. By default hidden with status=queued or without a status, else all.',
  })
  @IsOptional()
  @IsIn(SNOOZED_FILTERS)
  snoozed?: SnoozedFilter;

  /** Substring of title, reason or rule, case-insensitive; `%` and `_` mean themselves. */
  @ApiPropertyOptional({
    example: 'deliver',
    minLength: 1,
    maxLength: 200,
    description: 'Substring of title, reason or rule, case-insensitive; % and _ are literal.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  search?: string;

  /** By default by rank. */
  @ApiPropertyOptional({
    enum: NEXT_ACTION_SORTS,
    description:
      '-createdAt: the newest first; snoozedUntil: the snooze that ends first, then what is not snoozed. By default by score, then the newest first.',
  })
  @IsOptional()
  @IsIn(NEXT_ACTION_SORTS)
  sort?: NextActionSort;

  /** `full`: the items have `payload` and `explanation`, too. */
  @ApiPropertyOptional({
    enum: ['full'],
    description: 'full: the items have payload and explanation, too.',
  })
  @IsOptional()
  @IsIn(['full'])
  fields?: 'full';
}

/** The words of a comma-separated list, known ones each once and in one order: a cursor is bound to them. */
function statusesOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const words = value.split(',');
  const known = NEXT_ACTION_STATUSES.filter((status) => words.includes(status));
  return words.every((word) => known.some((status) => status === word)) ? known : words;
}
