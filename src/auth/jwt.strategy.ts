import { createSecretKey } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { SECRETS } from '../config/config.module.js';
import { type Secrets } from '../config/secrets.js';
import { isUuid } from '../kernel/uuid.js';
import { type VerifiedToken } from '../users/model/principals.service.js';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from './token.js';

/** The claims of our tokens; times in seconds since 1970. */
export interface TokenPayload {
  /** The user. */
  readonly sub: string;
  /** The session; tokens of versions without sessions have none. */
  readonly sid?: string;
  readonly iat: number;
  readonly exp: number;
}

/** Clocks of replicas may differ by this much, in seconds. */
const CLOCK_SKEW = 30;

/**
 * Verifies the bearer token: HS256 only, issuer and audience are this API, not expired, and not issued in
 * the future. Whether its user and its session still are there, IdentifyGuard looks up.
 */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(@Inject(SECRETS) secrets: Secrets) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      // A text would first be tried as a public key, at each verification.
      secretOrKey: createSecretKey(secrets.jwtSecret, 'utf8') as unknown as Buffer,
      algorithms: ['HS256'],
      issuer: TOKEN_ISSUER,
      audience: TOKEN_AUDIENCE,
      ignoreExpiration: false,
    });
  }

  /** The claims of a token with a valid signature and valid times; null refuses the token. */
  validate({ sub, sid, iat, exp }: Partial<TokenPayload>): VerifiedToken | null {
    if (typeof exp !== 'number' || typeof iat !== 'number') return null;
    if (iat > Date.now() / 1000 + CLOCK_SKEW) return null;
    if (typeof sub !== 'string' || !isUuid(sub)) return null;
    if (sid !== undefined && (typeof sid !== 'string' || !isUuid(sid))) return null;
    return { userId: sub, sessionId: sid ?? null, issuedAt: iat, expiresAt: exp };
  }
}
