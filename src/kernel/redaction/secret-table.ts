import { CREDENTIALS, EMAIL_ADDRESSES, PEM } from './credentials.patterns.js';
import { NAMED_SECRETS } from './named-secrets.patterns.js';
import { QUOTED_VALUES } from './quoted-values.patterns.js';
import { type SecretPattern } from './secret-pattern.js';
import { TOKENS } from './tokens.patterns.js';
import { URLS } from './urls.patterns.js';

/**
 * Every kind of secret that is taken out of a text, in the order in which they are looked for, each with
 * texts that it must redact and texts that it must leave alone. A new kind is one entry here.
 */
export const SECRET_TABLE: readonly SecretPattern[] = [
  // First: the others might take its first line for the end of something, and leave the key.
  PEM,
  ...QUOTED_VALUES,
  ...URLS,
  ...CREDENTIALS,
  ...TOKENS,
  ...NAMED_SECRETS,
  EMAIL_ADDRESSES,
];
