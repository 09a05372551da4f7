import { type Logger } from 'pino';
import { createLogger } from '../logging/logger.js';
import { redactError } from '../kernel/redaction/redaction.js';
import { databaseSetting } from '../config/database-setting.js';
import { type EnvReaderRole } from '../config/env-reader.js';
import { type Env, processEnv, readEnv, startedByNpm } from '../config/env.js';
import { resolveSecrets, type Secrets } from '../config/secrets.js';
import { StartError } from '../config/start-error.js';
import { startErrorOf } from '../database/start/start-failure.js';
import { openDatabase } from './open-database.js';
import { ProcessLifecycle } from './process-lifecycle.js';
import { endOnUncaughtException, logUnhandledRejections } from './unhandled-rejections.js';

/** What a process starts with. */
export interface ProcessContext {
  readonly env: Env;
  readonly secrets: Secrets;
  readonly logger: Logger;
  /** Holds a password: never log it. */
  readonly databaseUrl: string;
  /** Whether this start made the embedded database. */
  readonly firstStart: boolean;
  /** Where a part that begins says how it ends. */
  readonly lifecycle: ProcessLifecycle;
}

/** Starts what a process is for; returns once it is ready. Throws StartError for what people can change. */
export type ProcessStart = (context: ProcessContext) => Promise<void>;

/**
 * The one start and stop of a process: signals, settings, logger, secrets and database, then what `load`
 * brings. That is loaded late, since a signal must be heard before some thousand files are read. A start
 * that fails prints one sentence on standard error, with a stack only where nobody expected it, and
 * ends the process with 1. A stop by a signal ends it with 0.
 */
export async function runProcess(
  role: Extract<EnvReaderRole, 'server' | 'worker'>,
  load: () => Promise<ProcessStart>,
): Promise<void> {
  const lifecycle = new ProcessLifecycle({ startedByNpm: startedByNpm() });
  try {
    await begin(role, load, lifecycle);
  } catch (error) {
    // What a stop interrupts fails: that is no failure of the start.
    if (lifecycle.stopping.aborted) return;
    await lifecycle.end();
    process.stderr.write(`The ${role} did not start. ${failureText(error)}`);
    process.exit(1);
  }
}

async function begin(
  role: Extract<EnvReaderRole, 'server' | 'worker'>,
  load: () => Promise<ProcessStart>,
  lifecycle: ProcessLifecycle,
): Promise<void> {
  const env = readEnv(processEnv(), role);
  const logger = createLogger(env.logLevel);
  lifecycle.logger = logger;
  logUnhandledRejections(logger);
  endOnUncaughtException(logger);
  const secrets = await resolveSecrets(env);
  // A worker joins the embedded server of whoever started it first; without one, it starts its own.
  const { url, firstStart } = await openDatabase(env, {
    attach: role === 'worker',
    logger,
    lifecycle,
  });
  const start = await load();
  if (lifecycle.stopping.aborted) return;
  try {
    await start({ env, secrets, logger, databaseUrl: url, firstStart, lifecycle });
  } catch (error) {
    throw startErrorOf(error, { url, setting: databaseSetting(env) });
  }
}

/** What people can change is one sentence; a stack is for what nobody expected. */
function failureText(error: unknown): string {
  const { message, stack } = redactError(error instanceof Error ? error : new Error(String(error)));
  return `${String(message)}\n${error instanceof StartError ? '' : `${String(stack)}\n`}`;
}
