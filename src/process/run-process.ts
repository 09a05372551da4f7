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

/** What the start of a process gets. */
export interface ProcessContext {
  readonly env: Env;
  readonly secrets: Secrets;
  readonly logger: Logger;
  /** Holds a password: never log it. */
  readonly databaseUrl: string;
  /** Whether this start created the embedded database. */
  readonly firstStart: boolean;
  /** Registers how to stop what was started. */
  readonly lifecycle: ProcessLifecycle;
}

/**
 * Starts the server or the worker; returns once it is ready. Throws StartError for what an operator can
 * fix.
 */
export type ProcessStart = (context: ProcessContext) => Promise<void>;

/**
 * Starts a process: signal handlers, settings, logger, secrets and database, then the application, which
 * `load` imports. It is imported last, because reading some thousand files takes a while and signals must
 * be handled before. A failed start prints one sentence on standard error, with a stack only if the error
 * was unexpected, and exits with 1. A stop by a signal exits with 0.
 */
export async function runProcess(
  role: Extract<EnvReaderRole, 'server' | 'worker'>,
  load: () => Promise<ProcessStart>,
): Promise<void> {
  const lifecycle = new ProcessLifecycle({ startedByNpm: startedByNpm() });
  try {
    await begin(role, load, lifecycle);
  } catch (error) {
    // An error that a stop caused is not a failure of the start.
    if (lifecycle.stopping.aborted) return;
    // What goes on beside the failed start, such as connecting, fails now, too: that would hide the reason.
    if (lifecycle.logger) lifecycle.logger.level = 'silent';
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
  const logger = createLogger(env.logLevel, process.stdout, { traced: env.tracing !== undefined });
  lifecycle.logger = logger;
  logUnhandledRejections(logger);
  endOnUncaughtException(logger);
  const secrets = await resolveSecrets(env);
  // A worker uses the embedded server of another process if one runs; otherwise it starts its own.
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
    const { wiringErrorOf } = await import('./wiring-error.js');
    throw startErrorOf(wiringErrorOf(error), { url, setting: databaseSetting(env) });
  }
}

/** A StartError is one sentence; only an unexpected error has a stack. */
function failureText(error: unknown): string {
  const { message, stack } = redactError(error instanceof Error ? error : new Error(String(error)));
  return `${String(message)}\n${error instanceof StartError ? '' : `${String(stack)}\n`}`;
}
