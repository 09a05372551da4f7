import { isNativeError } from 'node:util/types';
import { type Logger } from 'pino';
import { errorText, redactError, textOf } from '../kernel/redaction/redaction.js';

/**
 * Keeps the process running after an unhandled rejection, and logs it as fatal. By default Node ends the
 * process: one action with a missing await would break the presses of all users. It is safe to continue,
 * because effects are committed in PostgreSQL only: work that still runs can commit nothing once its
 * transaction has ended. An uncaught exception may have interrupted any code, so it still ends the process.
 */
export function logUnhandledRejections(
  logger: Logger,
  source: Pick<NodeJS.EventEmitter, 'on'> = process,
): void {
  source.on('unhandledRejection', (reason: unknown) => {
    const err = isNativeError(reason) ? redactError(reason) : { message: textOf(reason) };
    logger.fatal({ err }, 'unhandled promise rejection: an await is missing');
  });
}

/**
 * Ends the process on an uncaught exception, with a fatal log line. Node would print the raw error on
 * standard error, which may hold a secret. If the log level is silent, the redacted text is printed on
 * standard error.
 */
export function endOnUncaughtException(
  logger: Logger,
  source: Pick<NodeJS.EventEmitter, 'on'> = process,
  end: (text: string) => void = endProcess,
): void {
  source.on('uncaughtException', (thrown: unknown) => {
    const err = isNativeError(thrown) ? redactError(thrown) : { message: textOf(thrown) };
    logger.fatal({ err }, 'uncaught exception: the process ends');
    end(logger.isLevelEnabled('fatal') ? '' : `${errorText(thrown)}\n`);
  });
}

function endProcess(text: string): void {
  process.stderr.write(text);
  process.exit(1);
}
