import { createSecretKey } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { SECRETS } from '../config/config.module.js';
import { type Secrets } from '../config/secrets.js';
import { isUuid } from '../kernel/uuid.js';
import { type AuthUser } from '../users/auth-user.js';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from './token.js';
import { UsersService } from '../users/users.service.js';

/** The claims of our tokens; times in seconds since 1970. */
export interface TokenPayload {
  readonly sub: string;
  readonly iat: number;
  readonly exp: number;
}

/** Clocks of replicas may differ by this much, in seconds. */
const CLOCK_SKEW = 30;

/**
 * Validates the bearer token: HS256 only, issuer and audience are this API, not expired, not issued in the
 * future, and its user may sign in.
 */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(
    @Inject(SECRETS) secrets: Secrets,
    private readonly users: UsersService,
  ) {
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

  /** The user of a token with a valid signature and valid times; null refuses the token. */
  async validate(payload: Partial<TokenPayload>): Promise<AuthUser | null> {
    if (typeof payload.exp !== 'number' || typeof payload.iat !== 'number') return null;
    if (payload.iat > Date.now() / 1000 + CLOCK_SKEW) return null;
    if (typeof payload.sub !== 'string' || !isUuid(payload.sub)) return null;
    const user = await this.users.findById(payload.sub);
    return user && !user.disabled ? { id: user.id, email: user.email, role: user.role } : null;
  }
}
