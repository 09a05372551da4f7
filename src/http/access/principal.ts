import { type Actor } from '../../kernel/actor.js';
import { type Role } from '../../kernel/permissions.js';

/** Who sent a request: a signed-in user, or a service token. */
export interface Principal extends Omit<Actor, 'requestId' | 'kind' | 'id'> {
  readonly kind: 'user' | 'service';
  readonly id: string;
  /** Null for a service token. */
  readonly email: string | null;
  readonly role: Role;
  /** The session of a user, which signing out ends; null for a service token. */
  readonly sessionId: string | null;
  /** Times of the bearer token of a user; null for a cookie and for a service token. */
  readonly token: TokenTimes | null;
}

/** When a token was issued and when it expires, in ms since 1970. */
export interface TokenTimes {
  readonly issuedAt: number;
  readonly expiresAt: number;
}
