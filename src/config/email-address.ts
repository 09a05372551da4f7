import { isEmail } from 'class-validator';

/** Longest e-mail address, in characters. Source: RFC 5321, 4.5.3.1.3, without the brackets. */
export const EMAIL_MAX = 254;

/** The one rule for an address that signs in: what a setting takes, a login must take, too. */
export function isEmailAddress(value: unknown): boolean {
  return typeof value === 'string' && value.length <= EMAIL_MAX && isEmail(value);
}
