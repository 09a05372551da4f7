import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';
import { EMAIL_MAX } from '../config/email-address.js';
import { PASSWORD_MAX, PASSWORD_MIN } from '../config/secret-strength.js';
import { IsEmailAddress } from '../http/validation/email.js';
import { type Permission, PERMISSIONS, type Role, ROLES } from '../kernel/permissions.js';

/** Body of a sign-in. */
export class LoginBody {
  /** The user's e-mail address; case does not matter. */
  @ApiProperty({ example: 'operator@example.com', maxLength: EMAIL_MAX })
  @IsEmailAddress()
  email!: string;

  @ApiProperty({
    format: 'password',
    example: 'correct horse battery staple',
    minLength: 1,
    maxLength: PASSWORD_MAX,
  })
  @IsString()
  @Length(1, PASSWORD_MAX)
  password!: string;
}

/** Answer to a sign-in. */
export class LoginAnswer {
  /** Send it as `Authorization: Bearer <accessToken>`. */
  @ApiProperty({ example: 'eyJhbGciOiJIUzI1NiJ9.e30.signature' })
  accessToken!: string;

  @ApiProperty({ enum: ['Bearer'] })
  tokenType!: 'Bearer';

  /** Lifetime of the token, in seconds. */
  @ApiProperty({ example: 28_800 })
  expiresIn!: number;
}

/** Body that changes one's own password. */
export class PasswordBody {
  /** The password up to now. */
  @ApiProperty({
    format: 'password',
    example: 'correct horse battery staple',
    minLength: 1,
    maxLength: PASSWORD_MAX,
  })
  @Length(1, PASSWORD_MAX)
  @IsString()
  current!: string;

  /** The new one: at least 12 characters, and not easy to guess. */
  @ApiProperty({
    format: 'password',
    example: 'violet kettle marches northward',
    minLength: PASSWORD_MIN,
    maxLength: PASSWORD_MAX,
  })
  @Length(1, PASSWORD_MAX)
  @IsString()
  next!: string;
}

/** Who sent the request, with what they may do. */
export class MeAnswer {
  @ApiProperty({ enum: ['user', 'service'] })
  kind!: 'user' | 'service';

  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'Ann Example' })
  name!: string;

  /** Null for a service token. */
  @ApiProperty({ type: String, nullable: true, example: 'operator@example.com' })
  email!: string | null;

  @ApiProperty({ enum: ROLES, enumName: 'Role' })
  role!: Role;

  /** Each `*`, `account/*` or `account/acme`. */
  @ApiProperty({ type: [String], example: ['*'] })
  scopes!: string[];

  @ApiProperty({ enum: PERMISSIONS, enumName: 'Permission', isArray: true })
  permissions!: Permission[];
}
