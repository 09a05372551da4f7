import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { InjectRepository } from '@nestjs/typeorm';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { IsNull, Repository } from 'typeorm';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from '../../../src/auth/token.js';
import { User } from '../../../src/users/model/user.entity.js';

/** Who presses. */
export interface CurrentUser {
  readonly id: string;
}

/** A token of ours, of a user who may still sign in. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(@InjectRepository(User) private readonly users: Repository<User>) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKey: process.env.JWT_SECRET ?? '',
      algorithms: ['HS256'],
      issuer: TOKEN_ISSUER,
      audience: TOKEN_AUDIENCE,
    });
  }

  validate({ sub }: { sub: string }): Promise<CurrentUser | null> {
    return this.users.findOneBy({ id: sub, disabledAt: IsNull() });
  }
}
