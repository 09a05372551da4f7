import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { PassportModule } from '@nestjs/passport';
import { SECRETS } from '../config/config.module.js';
import { ENV, type Env } from '../config/env.js';
import { type Secrets } from '../config/secrets.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { DiscoveryModule } from '@nestjs/core';
import { JwtStrategy } from './jwt.strategy.js';
import { RoutePermissions } from './route-permissions.js';
import { SignInDelay } from './sign-in-delay.js';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from './token.js';
import { UsersModule } from '../users/users.module.js';
import { RateLimitModule } from '../rate-limit/rate-limit.module.js';

/** Sign-in, sign-out, and the guards that identify and refuse callers. */
@Module({
  imports: [
    DiscoveryModule,
    RateLimitModule,
    PassportModule,
    UsersModule,
    JwtModule.registerAsync({
      inject: [ENV, SECRETS],
      useFactory: (env: Env, secrets: Secrets) => ({
        secret: secrets.jwtSecret,
        signOptions: {
          algorithm: 'HS256',
          expiresIn: env.jwtExpiresIn,
          issuer: TOKEN_ISSUER,
          audience: TOKEN_AUDIENCE,
        },
      }),
    }),
  ],
  controllers: [AuthController],
  providers: [AuthService, JwtStrategy, SignInDelay, RoutePermissions],
  exports: [JwtModule],
})
export class AuthModule {}
