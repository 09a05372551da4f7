import { parseArgs } from 'node:util';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ConfigModule } from './config/config.module.js';
import { databaseSetting } from './config/database-setting.js';
import { type Env, processEnv, readEnv, startedByNpm } from './config/env.js';
import { StartError } from './config/start-error.js';
import { DatabaseModule } from './database/database.module.js';
import { linesOf, RETENTION_USAGE } from './database/retention/retention-lines.js';
import { Retention, type RetentionOutcome } from './database/retention/retention.js';
import { startErrorOf } from './database/start/start-failure.js';
import { EventsModule } from './events/events.module.js';
import { redactText, textOf } from './kernel/redaction/redaction.js';
import { createLogger, PinoLoggerService } from './logging/logger.js';
import { LoggingModule } from './logging/logging.module.js';
import { openDatabase } from './process/open-database.js';
import { ProcessLifecycle } from './process/process-lifecycle.js';
import { retentionPlan } from './retention-plan.js';
import { schema } from './schema.js';

/** Exit codes: done, something failed, wrong command line, interrupted. */
const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** How long the command waits for another run, in ms. */
const WAIT_MS = 60_000;

const logger = createLogger('silent');
/** A signal ends the command with the code that a shell shows for it. */
const lifecycle = new ProcessLifecycle({ startedByNpm: startedByNpm(), exitCode: 'signal' });

/** The part of the application that the command needs. */
@Module({})
class RetentionCommandModule {
  static register(env: Env, databaseUrl: string): DynamicModule {
    const secrets = { jwtSecret: '', admin: undefined, adminPasswordFile: undefined };
    return {
      module: RetentionCommandModule,
      imports: [
        LoggingModule.register(logger),
        ConfigModule.register(env, secrets),
        EventsModule,
        DatabaseModule.register(databaseUrl, schema, retentionPlan),
      ],
    };
  }
}

/** `npm run retention`: deletes what is past its retention, or shows what would be deleted. */
async function run(): Promise<number> {
  try {
    const { values } = parseArgs({
      options: {
        'dry-run': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) {
      process.stdout.write(RETENTION_USAGE);
      return EXIT.done;
    }
    const dryRun = values['dry-run'];
    const outcomes = await carryOut(dryRun);
    process.stdout.write(`${linesOf(outcomes, dryRun).join('\n')}\n`);
    return outcomes.some(({ failure }) => failure !== undefined) ? EXIT.failed : EXIT.done;
  } catch (error) {
    return report(error);
  }
}

async function carryOut(dryRun: boolean): Promise<RetentionOutcome[]> {
  const env = readEnv(processEnv(), 'command');
  try {
    const { url } = await openDatabase(env, { attach: true, logger, lifecycle });
    try {
      const app = await NestFactory.createApplicationContext(
        RetentionCommandModule.register(env, url),
        { logger: new PinoLoggerService(logger), abortOnError: false },
      );
      lifecycle.onStop('the application', () => app.close());
      const retention = app.get(Retention);
      if (dryRun) return await retention.preview();
      return await retention.run({ signal: lifecycle.stopping, waitMs: WAIT_MS });
    } catch (error) {
      throw startErrorOf(error, { url, setting: databaseSetting(env) });
    }
  } finally {
    await lifecycle.end();
  }
}

function report(error: unknown): number {
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (name === 'AbortError') return EXIT.interrupted;
  if (String(code).startsWith('ERR_PARSE_ARGS')) {
    process.stderr.write(`${(error as Error).message}\n\n${RETENTION_USAGE}`);
    return EXIT.usage;
  }
  const message = redactText(textOf((error as { message?: unknown }).message));
  process.stderr.write(
    error instanceof StartError ? `${error.message}\n` : `The command failed: ${message}\n`,
  );
  return EXIT.failed;
}

process.exitCode = await run();
