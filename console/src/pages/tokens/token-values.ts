import { type Schemas } from '../../api/client.js';
import { scopesOf } from '../../ui/scope-lines.js';

export type Token = Schemas['ServiceTokenAnswer'];

const DAY_MS = 24 * 60 * 60 * 1000;
/** From so long before its expiry, a token is said to expire soon. */
const SOON_MS = 14 * DAY_MS;

/** When a token expires: days from now, or the end of a day of the reader. */
export const LIVES = [
  ['30', 'in 30 days'],
  ['90', 'in 90 days'],
  ['365', 'in a year'],
  ['date', 'on a day…'],
] as const;

/** What the form of a token holds; scopes are one a line, `date` as `2026-12-31`. */
export interface TokenValues {
  readonly name: string;
  readonly role: Token['role'];
  readonly scopes: string;
  readonly life: string;
  readonly date: string;
}

export const NEW_TOKEN: TokenValues = {
  name: '',
  role: 'operator',
  scopes: '',
  life: '90',
  date: '',
};

/** The body that makes a token. */
export function newTokenOf(values: TokenValues, now: number): Schemas['NewServiceToken'] {
  const { name, role, scopes, life, date } = values;
  const expires =
    life === 'date' ? new Date(`${date}T23:59:59`) : new Date(now + Number(life) * DAY_MS);
  return { name: name.trim(), role, scopes: scopesOf(scopes), expiresAt: expires.toISOString() };
}

export type TokenState = 'active' | 'expires soon' | 'expired' | 'revoked';

export function stateOf({ revokedAt, expiresAt }: Token, now: number): TokenState {
  if (revokedAt !== null) return 'revoked';
  const left = Date.parse(expiresAt) - now;
  if (left <= 0) return 'expired';
  return left < SOON_MS ? 'expires soon' : 'active';
}

/** Tokens of a name that are in the list now and were not before. */
export function madeMeanwhile(
  tokens: readonly Token[],
  before: ReadonlySet<string>,
  name: string,
): Token[] {
  return tokens.filter((token) => !before.has(token.id) && token.name === name.trim());
}
