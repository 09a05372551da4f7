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
import { StartError } from './config/start-error.js';
import { DatabaseModule } from './database/database.module.js';
import { startErrorOf } from './database/start/start-failure.js';
import { EventsModule } from './events/events.module.js';
import { redactText, textOf } from './kernel/redaction/redaction.js';
import { LoggingModule } from './logging/logging.module.js';
import { createLogger, PinoLoggerService } from './logging/logger.js';
import { openDatabase } from './process/open-database.js';
import { ProcessLifecycle } from './process/process-lifecycle.js';
import { retentionPlan } from './retention-plan.js';
import { schema } from './schema.js';

/** Exit codes: done, failed, wrong command line, interrupted. */
const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** A command on the database, such as `npm run user`. */
export interface Command<Request> {
  /** What --help shows, and a wrong command line after its error. */
  readonly usage: string;
  /** Its options, such as `--role and --help`: the error of one that is unknown. */
  readonly options: string;
  /** The modules that it needs besides settings, logging and the database. */
  readonly modules: readonly Type[];
  /** Reads the command line; undefined for --help. */
  readonly read: () => Request | undefined;
  /** Does it; the signal aborts when the process is asked to stop. */
  readonly run: (
    app: INestApplicationContext,
    request: Request,
    signal: AbortSignal,
  ) => Promise<CommandResult>;
  /** Errors of a wrong command line, besides those of `parseArgs`. */
  readonly usageError?: Type<Error>;
  /** Errors whose message is shown as it is. */
  readonly expectedError?: Type<Error>;
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
    const secrets = { jwtSecret: '', admin: undefined, adminPasswordFile: undefined };
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

/** Runs a command and returns the exit code. Output goes to standard output, an error to standard error. */
export async function runCommand<Request>(command: Command<Request>): Promise<number> {
  try {
    const request = command.read();
    if (request === undefined) {
      process.stdout.write(command.usage);
      return EXIT.done;
    }
    const { output, failed = false } = await carryOut(command, request);
    process.stdout.write(`${output}\n`);
    return failed ? EXIT.failed : EXIT.done;
  } catch (error) {
    return report(command, error);
  }
}

async function carryOut<Request>(
  { modules, run }: Command<Request>,
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

function report(
  {
    usage,
    options,
    usageError,
    expectedError,
  }: Pick<Command<unknown>, 'usage' | 'options' | 'usageError' | 'expectedError'>,
  error: unknown,
): number {
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (name === 'AbortError') return EXIT.interrupted;
  const isUsage = usageError !== undefined && error instanceof usageError;
  // The parser's own message quotes what was typed, which may be a password.
  const isUnreadable = String(code).startsWith('ERR_PARSE_ARGS');
  if (isUsage || isUnreadable) {
    const fault = isUnreadable ? `The options are ${options}.` : (error as Error).message;
    process.stderr.write(`${fault}\n\n${usage}`);
    return EXIT.usage;
  }
  const isExpected = expectedError !== undefined && error instanceof expectedError;
  const message = redactText(textOf((error as { message?: unknown }).message));
  if (isExpected || error instanceof StartError) process.stderr.write(`${error.message}\n`);
  else process.stderr.write(`The command failed: ${message}\n`);
  return EXIT.failed;
}
