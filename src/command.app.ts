import {
  type DynamicModule,
  type INestApplicationContext,
  Module,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ConfigModule } from './config/config.module.js';
import { databaseSetting } from './config/database-setting.js';
import { type Env, processEnv, readEnv, startedByNpm } from './config/env.js';
import { DatabaseModule } from './database/database.module.js';
import { startErrorOf } from './database/start/start-failure.js';
import { EventsModule } from './events/events.module.js';
import { LoggingModule } from './logging/logging.module.js';
import { createLogger, PinoLoggerService } from './logging/logger.js';
import { openDatabase } from './process/open-database.js';
import { ProcessLifecycle } from './process/process-lifecycle.js';
import { retentionPlan } from './retention-plan.js';
import { schema } from './schema.js';

/** What a command does. */
export interface CommandWork<Request> {
  /** The modules that it needs besides settings, logging and the database. */
  readonly modules: readonly Type[];
  /** Does it; the signal aborts when the process is asked to stop. */
  readonly run: (
    app: INestApplicationContext,
    request: Request,
    signal: AbortSignal,
  ) => Promise<CommandResult>;
}

/** What a command prints, and whether a part of it failed. */
export interface CommandResult {
  readonly output: string;
  readonly failed?: boolean;
}

const logger = createLogger('silent');
/** A signal ends the command with the code that a shell shows for it. */
const lifecycle = new ProcessLifecycle({ startedByNpm: startedByNpm(), exitCode: 'signal' });

/** The part of the application that a command needs. */
@Module({})
class CommandModule {
  static register(env: Env, databaseUrl: string, modules: readonly Type[]): DynamicModule {
    const secrets = {
      jwtSecret: '',
      admin: undefined,
      webhookEncryptionKeys: [],
      adminPasswordFile: undefined,
    };
    return {
      module: CommandModule,
      imports: [
        LoggingModule.register(logger),
        ConfigModule.register(env, secrets),
        EventsModule,
        DatabaseModule.register(databaseUrl, schema, retentionPlan),
        ...modules,
      ],
    };
  }
}

/** Opens the database, runs the work of a command with the application, and closes both. */
export async function carryOut<Request>(
  { modules, run }: CommandWork<Request>,
  request: Request,
): Promise<CommandResult> {
  const env = readEnv(processEnv(), 'command');
  try {
    const { url } = await openDatabase(env, { attach: true, logger, lifecycle });
    try {
      const app = await NestFactory.createApplicationContext(
        CommandModule.register(env, url, modules),
        { logger: new PinoLoggerService(logger), abortOnError: false },
      );
      lifecycle.onStop('the application', () => app.close());
      return await run(app, request, lifecycle.stopping);
    } catch (error) {
      throw startErrorOf(error, { url, setting: databaseSetting(env) });
    }
  } finally {
    await lifecycle.end();
  }
}
