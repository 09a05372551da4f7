import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { type Logger } from 'pino';
import { AuthModule } from './auth/auth.module.js';
import { IdentifyGuard } from './auth/identify.guard.js';
import { RequiresGuard } from './auth/requires.guard.js';
import { LoggingModule } from './logging/logging.module.js';
import { JsonBodyGuard } from './http/request/json-body.guard.js';
import { ProblemFilter } from './http/problems/problem.filter.js';
import { ConfigModule } from './config/config.module.js';
import { type Env } from './config/env.js';
import { type Secrets } from './config/secrets.js';
import { DatabaseModule } from './database/database.module.js';
import { RetentionModule } from './database/retention/retention.module.js';
import { SearchModule } from './database/search/search.module.js';
import { DemoModule } from './demo/demo.module.js';
import { EventsModule } from './events/events.module.js';
import { HealthModule } from './health/health.module.js';
import { JobsModule } from './jobs/jobs.module.js';
import { LeadsModule } from './leads/leads.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { NextActionsModule } from './next-actions/next-actions.module.js';
import { OpsEventsModule } from './ops-events/ops-events.module.js';
import { RiskModule } from './risk/risk.module.js';
import { SchedulesModule } from './schedules/schedules.module.js';
import { ScopesModule } from './scopes/scopes.module.js';
import { ScoringModule } from './scoring/scoring.module.js';
import { RateLimitGuard } from './rate-limit/rate-limit.guard.js';
import { RateLimitModule } from './rate-limit/rate-limit.module.js';
import { retentionPlan } from './retention-plan.js';
import { schema } from './schema.js';
import { searchedTables } from './searched-tables.js';
import { SubscribersModule } from './subscribers/subscribers.module.js';
import { UsersModule } from './users/users.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';
import { WorkItemsModule } from './work-items/work-items.module.js';

/** What the application is started with. */
export interface AppOptions {
  readonly env: Env;
  readonly secrets: Secrets;
  readonly databaseUrl: string;
  readonly logger: Logger;
  /** Where the console is built; without it, only the API is served. */
  readonly consoleFolder?: string | undefined;
}

/** The one list of modules. */
@Module({})
export class AppModule {
  static register({ env, secrets, databaseUrl, logger }: AppOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [
        // First, so that its routes are: Express tries routes one after the other, and these are pressed.
        NextActionsModule,
        LoggingModule.register(logger),
        ConfigModule.register(env, secrets),
        EventsModule,
        DatabaseModule.register(databaseUrl, schema, retentionPlan),
        RetentionModule,
        SearchModule.register(searchedTables),
        RateLimitModule,
        UsersModule,
        AuthModule,
        WorkItemsModule,
        ScoringModule,
        LeadsModule,
        RiskModule,
        JobsModule,
        SchedulesModule,
        ScopesModule,
        WebhooksModule,
        OpsEventsModule,
        SubscribersModule,
        MetricsModule,
        HealthModule,
        DemoModule,
      ],
      providers: [
        { provide: APP_FILTER, useClass: ProblemFilter },
        // In this order: identify the caller, count the request, refuse a caller without a user, read the
        // body.
        { provide: APP_GUARD, useClass: IdentifyGuard },
        { provide: APP_GUARD, useClass: RateLimitGuard },
        { provide: APP_GUARD, useClass: RequiresGuard },
        { provide: APP_GUARD, useClass: JsonBodyGuard },
      ],
    };
  }
}
