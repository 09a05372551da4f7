import { createHash, randomBytes } from 'node:crypto';

/** Begins every service token, so that a scanner for leaked secrets can find one. */
export const SERVICE_TOKEN_PREFIX = 'nba_';

/** How many characters of a service token are kept to know it by. */
const SHOWN = 10;

/** How long an unused session of a cookie lasts, in ms. */
export const SESSION_MS = 12 * 60 * 60 * 1000;

/** 32 random bytes as text: the value of a session's cookie. */
export function newSessionValue(): string {
  return randomBytes(32).toString('base64url');
}

/** A service token: `nba_` and 32 random bytes. */
export function newServiceToken(): string {
  return SERVICE_TOKEN_PREFIX + newSessionValue();
}

/** The part of a service token that may be shown: 6 of its 43 random characters. */
export function prefixOf(token: string): string {
  return token.slice(0, SHOWN);
}

/** What is stored of a token. Its 256 random bits need no slower hash. */
export function hashOfToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
