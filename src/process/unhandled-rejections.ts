import { isNativeError } from 'node:util/types';
import { type Logger } from 'pino';
import { errorText, redactError, textOf } from '../kernel/redaction/redaction.js';

/**
 * Keeps the process up when a promise is rejected that nobody awaits, and logs it as fatal. Node would
 * end the process: one button with a missing await would take down the presses of everybody, again at
 * each press. Going on is safe here, since what matters is decided by a commit in PostgreSQL: work that
 * was left running can commit nothing once its transaction has ended. An uncaught exception is another
 * matter: it may have cut any code short, so it still ends the process.
 */
export function logUnhandledRejections(
  logger: Logger,
  source: Pick<NodeJS.EventEmitter, 'on'> = process,
): void {
  source.on('unhandledRejection', (reason: unknown) => {
    const err = isNativeError(reason) ? redactError(reason) : { message: textOf(reason) };
    logger.fatal({ err }, 'a promise was rejected that nobody awaited: an await is missing');
  });
}

/**
 * Ends the process on an exception that nobody caught, with a fatal log line instead of what Node would
 * print on standard error: the raw text, which may hold a secret. Where the log is silent, standard error
 * has the text without secrets.
 */
export function endOnUncaughtException(
  logger: Logger,
  source: Pick<NodeJS.EventEmitter, 'on'> = process,
  end: (text: string) => void = endProcess,
): void {
  source.on('uncaughtException', (thrown: unknown) => {
    const err = isNativeError(thrown) ? redactError(thrown) : { message: textOf(thrown) };
    logger.fatal({ err }, 'an exception was not caught: the process ends');
    end(logger.isLevelEnabled('fatal') ? '' : `${errorText(thrown)}\n`);
  });
}

function endProcess(text: string): void {
  process.stderr.write(text);
  process.exit(1);
}
