import { CREDENTIALS, EMAIL_ADDRESSES, PEM } from './credentials.patterns.js';
import { NAMED_SECRETS } from './named-secrets.patterns.js';
import { QUOTED_VALUES } from './quoted-values.patterns.js';
import { type SecretPattern } from './secret-pattern.js';
import { TOKENS } from './tokens.patterns.js';
import { URLS } from './urls.patterns.js';

/**
 * Every kind of secret that is redacted, in the order of the search, each with texts that it must redact
 * and texts that it must not change. A new kind is one entry here.
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
