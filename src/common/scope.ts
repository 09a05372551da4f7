import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length, Matches } from 'class-validator';

/** The desk that something belongs to. */
export interface Scope {
  readonly entityType: string;
  readonly entityId: string;
}

/** The desk of a request that names none. */
export const DEFAULT_SCOPE: Scope = { entityType: 'command_center', entityId: 'command_center' };

/** A word of the domain: types, kinds and keys are written so. */
export const SNAKE_CASE = /^[a-z][a-z0-9_]{0,63}$/;

/** Scope fields of a query or a body; without them, the command center. */
export class ScopeFields implements Partial<Scope> {
  /** Type of the desk. */
  @ApiPropertyOptional({
    default: DEFAULT_SCOPE.entityType,
    pattern: SNAKE_CASE.source,
    description: 'Type of the desk, snake_case.',
  })
  @IsOptional()
  @IsString()
  @Matches(SNAKE_CASE, { message: 'entityType must be snake_case, at most 64 characters' })
  entityType?: string;

  /** Id of the desk; without it, the type itself for the desks that are known, else required. */
  @ApiPropertyOptional({
    default: DEFAULT_SCOPE.entityId,
    maxLength: 128,
    description: 'Id of the desk. Without it: the same as entityType.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 128)
  entityId?: string;
}

/** The scope that fields name: `command_center/command_center` without any, `type/type` without an id. */
export function scopeOf(fields: Partial<Scope>): Scope {
  const entityType = fields.entityType ?? DEFAULT_SCOPE.entityType;
  return { entityType, entityId: fields.entityId ?? entityType };
}
