import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length, ValidateBy } from 'class-validator';
import { EMAIL_MAX, isEmailAddress } from '../config/email-address.js';
import { USER_ROLES, type UserRole } from '../users/user.entity.js';

/** Body of a sign-in. */
export class LoginBody {
  /** The user's e-mail address; case does not matter. */
  @ApiProperty({ example: 'operator@example.com', maxLength: EMAIL_MAX })
  @ValidateBy(
    { name: 'isEmailAddress', validator: { validate: isEmailAddress } },
    { message: `$property must be an e-mail address of at most ${EMAIL_MAX} characters` },
  )
  email!: string;

  @ApiProperty({
    format: 'password',
    example: 'correct horse battery staple',
    minLength: 1,
    maxLength: 1024,
  })
  @IsString()
  @Length(1, 1024)
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

/** The signed-in user. */
export class MeAnswer {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'operator@example.com' })
  email!: string;

  @ApiProperty({ enum: USER_ROLES })
  role!: UserRole;
}
