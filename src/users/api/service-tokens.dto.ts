import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { CursorPagination } from '../../http/paging/cursor-page.js';
import { IsGrantedScopes, MAX_GRANTS } from '../../http/scope.dto.js';
import { IsInstant } from '../../http/validation/instant.js';
import { IsText } from '../../http/validation/text.js';
import { type Role, ROLES } from '../../kernel/permissions.js';
import { DAY_MS } from '../../kernel/utc-day.js';
import { NAME_MAX } from '../model/names.js';

/** In thirty days: an example that can be sent must be ahead. */
const EXAMPLE_EXPIRY = new Date(Date.now() + 30 * DAY_MS).toISOString();

/** Body that makes a service token. */
export class NewServiceToken {
  /** What the token is for; the audit shows it. */
  @ApiProperty({ example: 'CRM push', minLength: 1, maxLength: NAME_MAX })
  @IsText(1, NAME_MAX)
  name!: string;

  @ApiProperty({ enum: ROLES, enumName: 'Role', example: 'operator' })
  @IsIn(ROLES)
  role!: Role;

  @ApiProperty({
    type: [String],
    example: ['account/acme'],
    minItems: 1,
    maxItems: MAX_GRANTS,
    description: 'Each * for all, account/* for all of a type, or account/acme for one.',
  })
  @IsGrantedScopes()
  scopes!: string[];

  /** Ahead, and at most a year. */
  @ApiProperty({
    format: 'date-time',
    example: EXAMPLE_EXPIRY,
    description: 'Ahead, and at most 366 days.',
  })
  @IsInstant()
  expiresAt!: string;
}

/** A service token, without the token itself. */
export class ServiceTokenAnswer {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'CRM push' })
  name!: string;

  /** The first characters of the token. */
  @ApiProperty({ example: 'nba_Xk29Qz' })
  prefix!: string;

  @ApiProperty({ enum: ROLES, enumName: 'Role' })
  role!: Role;

  @ApiProperty({ type: [String], example: ['account/acme'] })
  scopes!: string[];

  /** The user or the service token that made it. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  createdBy!: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  @ApiProperty({ type: String, format: 'date-time' })
  expiresAt!: Date;

  /** To the minute; null for a token that was never used. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastUsedAt!: Date | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  revokedAt!: Date | null;
}

/** A new service token. */
export class NewServiceTokenAnswer extends ServiceTokenAnswer {
  /** Send it as `Authorization: Bearer <token>`. It is shown this once. */
  @ApiProperty({ example: 'nba_Xk29Qz…', description: 'Shown this once.' })
  token!: string;
}

/** A page of service tokens, newest first. */
export class ServiceTokenPage {
  @ApiProperty({ type: [ServiceTokenAnswer] })
  items!: ServiceTokenAnswer[];

  @ApiProperty({ type: CursorPagination })
  pagination!: CursorPagination;
}
