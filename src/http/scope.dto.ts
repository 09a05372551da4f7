import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Matches } from 'class-validator';
import { DEFAULT_SCOPE, type Scope, SNAKE_CASE } from '../kernel/scope.js';
import { IsPathId } from './validation/text.js';

/** Scope fields of a query or a body; without them, the command center. */
export class ScopeFields implements Partial<Scope> {
  /** Type of the scope. */
  @ApiPropertyOptional({
    default: DEFAULT_SCOPE.entityType,
    pattern: SNAKE_CASE.source,
    description: 'Type of the scope, snake_case.',
  })
  @IsOptional()
  @IsString()
  @Matches(SNAKE_CASE, { message: 'entityType must be snake_case, at most 64 characters' })
  entityType?: string;

  /** Id of the scope. Default: the type itself, for the known types; required for any other type. */
  @ApiPropertyOptional({
    default: DEFAULT_SCOPE.entityId,
    maxLength: 128,
    description: 'Id of the scope. Default: the same as entityType.',
  })
  @IsOptional()
  @IsPathId(128)
  entityId?: string;
}

/** A scope in the path of a route. */
export class ScopePath implements Scope {
  @ApiProperty({ example: DEFAULT_SCOPE.entityType, pattern: SNAKE_CASE.source })
  @Matches(SNAKE_CASE, { message: 'entityType must be snake_case, at most 64 characters' })
  entityType!: string;

  @ApiProperty({ example: DEFAULT_SCOPE.entityId, minLength: 1, maxLength: 128 })
  @IsPathId(128)
  entityId!: string;
}
