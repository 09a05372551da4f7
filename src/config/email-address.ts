import { isEmail } from 'class-validator';

/** Longest e-mail address, in characters. Source: RFC 5321, 4.5.3.1.3, without the brackets. */
export const EMAIL_MAX = 254;

/** The one rule for the e-mail of a user: sign-in must accept every address that a setting accepts. */
export function isEmailAddress(value: unknown): boolean {
  return typeof value === 'string' && value.length <= EMAIL_MAX && isEmail(value);
}
