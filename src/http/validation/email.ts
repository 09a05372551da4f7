import { ValidateBy } from 'class-validator';
import { EMAIL_MAX, isEmailAddress } from '../../config/email-address.js';

/** An e-mail address. */
export function IsEmailAddress(): PropertyDecorator {
  return ValidateBy(
    { name: 'isEmailAddress', validator: { validate: isEmailAddress } },
    { message: `$property must be an e-mail address of at most ${EMAIL_MAX} characters` },
  );
}
