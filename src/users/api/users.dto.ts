import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional, IsString, Length } from 'class-validator';
import { EMAIL_MAX } from '../../config/email-address.js';
import { PASSWORD_MAX, PASSWORD_MIN } from '../../config/secret-strength.js';
import { CursorPagination } from '../../http/paging/cursor-page.js';
import { IsGrantedScopes, MAX_GRANTS } from '../../http/scope.dto.js';
import { IsEmailAddress } from '../../http/validation/email.js';
import { IfSent } from '../../http/validation/if-sent.js';
import { IsText } from '../../http/validation/text.js';
import { type Role, ROLES } from '../../kernel/permissions.js';
import { NAME_MAX } from '../model/names.js';

const SCOPES = {
  type: [String] as [typeof String],
  example: ['account/acme'],
  minItems: 1,
  maxItems: MAX_GRANTS,
  description: 'Each * for all, account/* for all of a type, or account/acme for one.',
};
const NAME = { example: 'Ann Example', minLength: 1, maxLength: NAME_MAX };
const EMAIL = { example: 'ann@example.com', maxLength: EMAIL_MAX };
const PASSWORD = {
  format: 'password',
  example: 'correct horse battery staple',
  minLength: PASSWORD_MIN,
  maxLength: PASSWORD_MAX,
};

/** Body that adds a user. */
export class NewUser {
  /** As colleagues know the user; without it, what stands before the @ of the e-mail. */
  @ApiPropertyOptional(NAME)
  @IsOptional()
  @IsText(1, NAME_MAX)
  name?: string;

  /** Unique, whatever its case. */
  @ApiProperty(EMAIL)
  @IsEmailAddress()
  email!: string;

  /** At least 12 characters, and not easy to guess. */
  @ApiProperty(PASSWORD)
  @Length(1, PASSWORD_MAX)
  @IsString()
  password!: string;

  @ApiProperty({ enum: ROLES, enumName: 'Role', example: 'operator' })
  @IsIn(ROLES)
  role!: Role;

  @ApiProperty(SCOPES)
  @IsGrantedScopes()
  scopes!: string[];
}

/** Body that changes a user: only what is sent. */
export class UserPatch {
  @ApiPropertyOptional(NAME)
  @IfSent()
  @IsText(1, NAME_MAX)
  name?: string;

  @ApiPropertyOptional(EMAIL)
  @IfSent()
  @IsEmailAddress()
  email?: string;

  /** Ends all sessions of the user. */
  @ApiPropertyOptional(PASSWORD)
  @IfSent()
  @Length(1, PASSWORD_MAX)
  @IsString()
  password?: string;

  @ApiPropertyOptional({ enum: ROLES, enumName: 'Role', example: 'operator' })
  @IfSent()
  @IsIn(ROLES)
  role?: Role;

  /** Replaces the scopes of the user. */
  @ApiPropertyOptional(SCOPES)
  @IfSent()
  @IsGrantedScopes()
  scopes?: string[];

  /** `true` shuts the user out and ends all their sessions; `false` lets them in again. */
  @ApiPropertyOptional({ example: false })
  @IfSent()
  @IsBoolean()
  disabled?: boolean;
}

/** A user. */
export class ListedUser {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'Ann Example' })
  name!: string;

  /** In lower case. */
  @ApiProperty({ example: 'ann@example.com' })
  email!: string;

  @ApiProperty({ enum: ROLES, enumName: 'Role' })
  role!: Role;

  @ApiProperty({ type: [String], example: ['account/acme'] })
  scopes!: string[];

  @ApiProperty({ example: false })
  disabled!: boolean;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  /** Null for a user who never signed in. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastSignInAt!: Date | null;
}

/** A page of users, by e-mail. */
export class UserPage {
  @ApiProperty({ type: [ListedUser] })
  items!: ListedUser[];

  @ApiProperty({ type: CursorPagination })
  pagination!: CursorPagination;
}
