import { parseArgs } from 'node:util';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { readPassword } from './users/password-prompt.js';
import {
  CommandError,
  parseUserCommand,
  runUserCommand,
  USAGE,
  UsageError,
  type UserCommand,
} from './users/user-commands.js';
import { UsersService } from './users/users.service.js';
import { UsersModule } from './users/users.module.js';
import { LoggingModule } from './logging/logging.module.js';
import { createLogger, PinoLoggerService } from './logging/logger.js';
import { redactText, textOf } from './kernel/redaction/redaction.js';
import { ConfigModule } from './config/config.module.js';
import { databaseSetting } from './config/database-setting.js';
import { type Env, processEnv, readEnv, startedByNpm } from './config/env.js';
import { StartError } from './config/start-error.js';
import { DatabaseModule } from './database/database.module.js';
import { startErrorOf } from './database/start/start-failure.js';
import { EventsModule } from './events/events.module.js';
import { openDatabase } from './process/open-database.js';
import { ProcessLifecycle } from './process/process-lifecycle.js';
import { retentionPlan } from './retention-plan.js';
import { schema } from './schema.js';

/** Exit codes: done, failed, wrong command line, interrupted. */
const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

const logger = createLogger('silent');
/** A signal ends the command with the code that a shell shows for it. */
const lifecycle = new ProcessLifecycle({ startedByNpm: startedByNpm(), exitCode: 'signal' });

/** The part of the application that the command needs. */
@Module({})
class UserCommandsModule {
  static register(env: Env, databaseUrl: string): DynamicModule {
    const secrets = { jwtSecret: '', admin: undefined, adminPasswordFile: undefined };
    return {
      module: UserCommandsModule,
      imports: [
        LoggingModule.register(logger),
        ConfigModule.register(env, secrets),
        EventsModule,
        DatabaseModule.register(databaseUrl, schema, retentionPlan),
        UsersModule,
      ],
    };
  }
}

/** `npm run user`: manages users from the command line. */
async function run(): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { role: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help === true) {
      process.stdout.write(USAGE);
      return EXIT.done;
    }
    const said = await carryOut(parseUserCommand(positionals, values.role));
    process.stdout.write(`${said}\n`);
    return EXIT.done;
  } catch (error) {
    return report(error);
  }
}

async function carryOut(command: UserCommand): Promise<string> {
  const env = readEnv(processEnv(), 'command');
  try {
    const { url } = await openDatabase(env, { attach: true, logger, lifecycle });
    try {
      const app = await NestFactory.createApplicationContext(
        UserCommandsModule.register(env, url),
        {
          logger: new PinoLoggerService(logger),
          abortOnError: false,
        },
      );
      lifecycle.onStop('the application', () => app.close());
      return await runUserCommand(command, app.get(UsersService), () => askPassword(command.email));
    } catch (error) {
      throw startErrorOf(error, { url, setting: databaseSetting(env) });
    }
  } finally {
    await lifecycle.end();
  }
}

/** At a terminal it is typed twice, because it is not shown. */
async function askPassword(email: string): Promise<string> {
  const terminal = { input: process.stdin, prompts: process.stderr };
  const password = await readPassword(`Password of ${email}: `, terminal);
  if (!process.stdin.isTTY) return password;
  if (password !== (await readPassword('Once more: ', terminal))) {
    throw new CommandError('The two passwords differ.');
  }
  return password;
}

function report(error: unknown): number {
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (name === 'AbortError') return EXIT.interrupted;
  if (error instanceof UsageError || String(code).startsWith('ERR_PARSE_ARGS')) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
    return EXIT.usage;
  }
  const expected = error instanceof CommandError || error instanceof StartError;
  const message = redactText(textOf((error as { message?: unknown }).message));
  if (expected) process.stderr.write(`${error.message}\n`);
  else process.stderr.write(`The command failed: ${message}\n`);
  return EXIT.failed;
}

process.exitCode = await run();
