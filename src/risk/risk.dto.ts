import { ApiProperty, ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { CursorPagination, CursorQuery } from '../http/paging/cursor-page.js';
import { IsInstant } from '../http/validation/instant.js';
import { PRIORITIES, type Priority } from '../kernel/priority.js';
import { CommonScope, ScopeQuery } from '../http/scope.dto.js';
import { RISK_STATUSES, type RiskFlag, type RiskRunCounts, type RiskStatus } from './risk-flag.js';
import { RESOLVERS, type Resolver } from './risk-flag.entity.js';
import { RISK_RULE_KEYS, type RiskEvidence, type RiskRuleKey } from './risk-rules.js';

const Rule = { enum: RISK_RULE_KEYS, enumName: 'RiskRule' };
const Severity = { enum: PRIORITIES, enumName: 'Priority' };
const Status = { enum: RISK_STATUSES, enumName: 'RiskStatus' };
const Time = { type: String, format: 'date-time' };

/** Filters of the list; a bad value is a 400. */
export class ListRiskFlagsQuery extends IntersectionType(CursorQuery, ScopeQuery) {
  @ApiPropertyOptional(Status)
  @IsOptional()
  @IsIn(RISK_STATUSES)
  status?: RiskStatus;

  @ApiPropertyOptional(Severity)
  @IsOptional()
  @IsIn(PRIORITIES)
  severity?: Priority;

  @ApiPropertyOptional(Rule)
  @IsOptional()
  @IsIn(RISK_RULE_KEYS)
  ruleKey?: RiskRuleKey;
}

const PATCH_ACTIONS = ['snooze', 'resolve', 'dismiss', 'reopen'] as const;
const PRESETS = ['2d', '7d'] as const;

/** What an operator does with a flag. */
export class PatchRiskFlagBody {
  @ApiProperty({ enum: PATCH_ACTIONS })
  @IsIn(PATCH_ACTIONS)
  action!: (typeof PATCH_ACTIONS)[number];

  /** For how long to snooze; or give `until`. */
  @ApiPropertyOptional({ enum: PRESETS, example: '2d' })
  @IsOptional()
  @IsIn(PRESETS)
  preset?: (typeof PRESETS)[number];

  /** Until when to snooze; or give `preset`. */
  @ApiPropertyOptional(Time)
  @IsOptional()
  @IsInstant()
  until?: string;
}

/** A risk flag as the API answers it. Times are ISO 8601 UTC. */
export class RiskFlagAnswer implements RiskFlag {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty(Rule)
  ruleKey!: string;

  @ApiProperty({ example: 'risk:retention_overdue:command_center:command_center' })
  dedupeKey!: string;

  @ApiProperty({ example: 'command_center' })
  entityType!: string;

  @ApiProperty({ example: 'command_center' })
  entityId!: string;

  @ApiProperty(Severity)
  severity!: Priority;

  @ApiProperty(Status)
  status!: RiskStatus;

  @ApiProperty({ example: 'Customers wait for their retention contact' })
  title!: string;

  @ApiProperty({ example: '2 retention contacts overdue.' })
  reason!: string;

  /** The facts that triggered the rule. */
  @ApiProperty({ type: 'object', additionalProperties: true, example: { count: 2 } })
  evidence!: RiskEvidence;

  /** When it was found first since it was last closed. */
  @ApiProperty(Time)
  firstSeenAt!: Date;

  /** When a run found it last. */
  @ApiProperty(Time)
  lastSeenAt!: Date;

  @ApiProperty({ ...Time, nullable: true })
  snoozedUntil!: Date | null;

  @ApiProperty({ ...Time, nullable: true })
  resolvedAt!: Date | null;

  /** An operator's resolution holds until a run finds the condition gone, or its severity rises. */
  @ApiProperty({ type: String, enum: [...RESOLVERS, null], nullable: true })
  resolvedBy!: Resolver | null;

  @ApiProperty({ ...Time, nullable: true })
  dismissedAt!: Date | null;

  /** The operator who snoozed, closed or reopened it last. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  actorId!: string | null;
}

/** A page of risk flags, the most severe first, then the newest. */
export class RiskFlagPage {
  @ApiProperty({ type: [RiskFlagAnswer] })
  items!: RiskFlagAnswer[];

  @ApiProperty({ type: CursorPagination })
  pagination!: CursorPagination;
}

class CountsByStatus implements Record<RiskStatus, number> {
  @ApiProperty({ example: 2 })
  open!: number;

  @ApiProperty({ example: 0 })
  snoozed!: number;

  @ApiProperty({ example: 1 })
  resolved!: number;

  @ApiProperty({ example: 0 })
  dismissed!: number;
}

class CountsBySeverity implements Record<Priority, number> {
  @ApiProperty({ example: 0 })
  low!: number;

  @ApiProperty({ example: 1 })
  medium!: number;

  @ApiProperty({ example: 1 })
  high!: number;

  @ApiProperty({ example: 0 })
  critical!: number;
}

/** Counts of the risk flags of one or more scopes. */
export class RiskSummary extends CommonScope {
  @ApiProperty({ type: CountsByStatus })
  byStatus!: CountsByStatus;

  /** The open flags alone, without the snoozed. */
  @ApiProperty({ type: CountsBySeverity })
  openBySeverity!: CountsBySeverity;

  /** When a run last found any of them, null when none ever did. */
  @ApiProperty({ ...Time, nullable: true })
  lastSeenAt!: Date | null;
}

/** What a run of the rules changed. */
export class RiskRunAnswer implements RiskRunCounts {
  /** Flags that were opened: new ones, and resolved ones whose condition occurred anew. */
  @ApiProperty({ example: 2 })
  created!: number;

  /** Open flags whose severity, text or evidence changed. */
  @ApiProperty({ example: 1 })
  updated!: number;

  /** Open flags whose condition is gone. */
  @ApiProperty({ example: 0 })
  resolved!: number;
}
