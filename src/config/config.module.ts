import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ENV, type Env } from './env.js';
import { type Secrets } from './secrets.js';

/** Injection token of the resolved Secrets. */
export const SECRETS = Symbol('SECRETS');

/** Provides the settings and secrets of this process to every module. */
@Global()
@Module({})
export class ConfigModule {
  static register(env: Env, secrets: Secrets): DynamicModule {
    return {
      module: ConfigModule,
      providers: [
        { provide: ENV, useValue: env },
        { provide: SECRETS, useValue: secrets },
      ],
      exports: [ENV, SECRETS],
    };
  }
}
