import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { PassportModule } from '@nestjs/passport';
import { ThrottlerModule } from '@nestjs/throttler';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { readEnv } from '../../../src/config/env.js';
import { dataSourceOptions } from '../../../src/database/start/data-source.js';
import { schema } from '../../../src/schema.js';
import { User } from '../../../src/users/model/user.entity.js';
import { DatabaseThrottlerStorage } from './database-throttler.storage.js';
import { HealthController } from './health.controller.js';
import { JwtAuthGuard } from './jwt-auth.guard.js';
import { JwtStrategy } from './jwt.strategy.js';
import { NextActionsController } from './next-actions.controller.js';
import { NextActionsService } from './next-actions.service.js';
import { OpsEventsListener } from './ops-events.listener.js';
import { UserThrottlerGuard } from './user-throttler.guard.js';

const url = process.env.DATABASE_URL ?? '';

@Module({
  imports: [
    EventEmitterModule.forRoot(),
    PassportModule,
    TypeOrmModule.forRoot({
      type: 'postgres',
      url,
      entities: schema.entities,
      // The names of the columns; TypeORM's own pool and client otherwise.
      namingStrategy: dataSourceOptions(url, readEnv({}), schema).namingStrategy,
      installExtensions: false,
      poolSize: 10,
    }),
    TypeOrmModule.forFeature([User]),
    ThrottlerModule.forRootAsync({
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => ({
        throttlers: [{ ttl: 60_000, limit: Number(process.env.EXECUTE_LIMIT_PER_MINUTE) }],
        storage: new DatabaseThrottlerStorage(dataSource),
      }),
    }),
  ],
  controllers: [HealthController, NextActionsController],
  providers: [
    JwtStrategy,
    NextActionsService,
    OpsEventsListener,
    { provide: APP_GUARD, useClass: JwtAuthGuard },
    { provide: APP_GUARD, useClass: UserThrottlerGuard },
  ],
})
export class IdiomaticModule {}
