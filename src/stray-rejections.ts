import { isNativeError } from 'node:util/types';
import { type Logger } from 'pino';
import { redactError, textOf } from './common/logging/redaction.js';

/**
 * Keeps the process up when a promise is rejected that nobody awaits, and logs it as fatal. Node would
 * end the process: one button with a missing await would take down the presses of everybody, again at
 * each press. Going on is safe here, since what matters is decided by a commit in PostgreSQL: work that
 * was left running can commit nothing once its transaction has ended. An uncaught exception is another
 * matter: it may have cut any code short, so it still ends the process.
 */
export function outliveStrayRejections(
  logger: Logger,
  source: Pick<NodeJS.EventEmitter, 'on'> = process,
): void {
  source.on('unhandledRejection', (reason: unknown) => {
    const err = isNativeError(reason) ? redactError(reason) : { message: textOf(reason) };
    logger.fatal({ err }, 'a promise was rejected that nobody awaited: an await is missing');
  });
}
