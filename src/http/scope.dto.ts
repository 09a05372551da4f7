import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsOptional,
  IsString,
  Matches,
  ValidateBy,
  type ValidationArguments,
} from 'class-validator';
import {
  DEFAULT_SCOPE,
  MAX_ENTITY_ID,
  namesScope,
  type Scope,
  ScopeFilter,
  SNAKE_CASE,
} from '../kernel/scope.js';
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
    maxLength: MAX_ENTITY_ID,
    description: 'Id of the scope. Default: the same as entityType.',
  })
  @IsOptional()
  @IsPathId(MAX_ENTITY_ID)
  entityId?: string;
}

/** A value of `scope`, which must not stand beside the fields of one scope. */
function IsScopeFilter(): PropertyDecorator {
  const problemOf = (value: unknown, object: ScopeFields): string | undefined => {
    if (typeof value !== 'string' || ScopeFilter.parse(value) === undefined) {
      return 'scope must be *, a type such as account/*, or a scope such as account/acme';
    }
    if (!namesScope(object)) return undefined;
    return 'scope must not stand beside entityType or entityId';
  };
  const objectOf = (args: ValidationArguments | undefined): ScopeFields => args?.object ?? {};
  return ValidateBy({
    name: 'isScopeFilter',
    validator: {
      validate: (value: unknown, args) => problemOf(value, objectOf(args)) === undefined,
      defaultMessage: (args) => problemOf(args?.value, objectOf(args)) ?? 'scope is wrong',
    },
  });
}

/** Most scopes that one user or one service token is granted. */
export const MAX_GRANTS = 100;

/** Scopes of a grant: `*`, a type, or one scope, each. */
export function IsGrantedScopes(): PropertyDecorator {
  return applyDecorators(
    ValidateBy(
      {
        name: 'isScopeFilter',
        validator: {
          validate: (value: unknown) =>
            typeof value === 'string' && ScopeFilter.parse(value) !== undefined,
        },
      },
      {
        each: true,
        message:
          'each of scopes must be *, a type such as account/*, or a scope such as account/acme',
      },
    ),
    ArrayMaxSize(MAX_GRANTS),
    ArrayMinSize(1),
    IsArray(),
  );
}

/** The scopes that a list, a summary or a feed reads: one by its fields, or any number by `scope`. */
export class ScopeQuery extends ScopeFields {
  /** `*`, `account/*` or `account/acme`; not beside entityType and entityId. */
  @ApiPropertyOptional({
    // No example: the API page would prefill it beside the others' defaults.
    description:
      'Which scopes: * for all, account/* for all of a type, account/acme for one. In one order over all of them. Not beside entityType or entityId.',
  })
  @IsOptional()
  @IsScopeFilter()
  scope?: string;
}

/** A scope in the path of a route. */
export class ScopePath implements Scope {
  @ApiProperty({ example: DEFAULT_SCOPE.entityType, pattern: SNAKE_CASE.source })
  @Matches(SNAKE_CASE, { message: 'entityType must be snake_case, at most 64 characters' })
  entityType!: string;

  @ApiProperty({ example: DEFAULT_SCOPE.entityId, minLength: 1, maxLength: MAX_ENTITY_ID })
  @IsPathId(MAX_ENTITY_ID)
  entityId!: string;
}

/** The scope that an answer about one or more scopes is of. */
export class CommonScope {
  /** Null where `scope` names more than one type. */
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'command_center',
    description: 'Null for scope=*.',
  })
  entityType!: string | null;

  /** Null where `scope` names more than one scope. */
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'command_center',
    description: 'Null for scope=* and for all scopes of a type.',
  })
  entityId!: string | null;
}
