import { format } from 'node:util';
import { isNativeError } from 'node:util/types';
import { type LoggerService } from '@nestjs/common';
import { type DestinationStream, type Logger, pino } from 'pino';
import { traceFields } from '../kernel/observation/trace-context.js';
import { redactError, redactText, redactValue, textOf } from '../kernel/redaction/redaction.js';
import { terminalLines } from './terminal-lines.js';

/** Levels of LOG_LEVEL, least severe first. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Injection token of the pino logger of this process. */
export const LOGGER = Symbol('LOGGER');

/**
 * The process's logger: JSON lines on standard output, one readable line each in a terminal. Every line,
 * message and object, is redacted before it is written. With `traced`, a line that is written in a trace has
 * its `traceId` and `spanId`.
 */
export function createLogger(
  level: LogLevel,
  destination: DestinationStream & { isTTY?: boolean } = process.stdout,
  { traced = false } = {},
): Logger {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (line) => redactValue(line) as Record<string, unknown>,
      },
      serializers: { err: (error: unknown) => error },
      ...(traced ? { mixin: traceFields } : {}),
      hooks: {
        logMethod(args: unknown[], method) {
          const [fields, message] = lineOf(args);
          if (message === undefined) method.call(this, fields ?? {});
          else if (fields === undefined) method.call(this, message);
          else method.call(this, fields, message);
        },
      },
    },
    streamTo(destination),
  );
  redactBindings(logger);
  return logger;
}

/** pino does not pass the bindings of a child logger to a formatter. Children inherit this method. */
function redactBindings(logger: Logger): void {
  const bind = Reflect.get(logger, 'child') as (...args: never[]) => unknown;
  Object.assign(logger, {
    child(this: Logger, bindings: object, options?: object): unknown {
      return Reflect.apply(bind, this, [redactValue(bindings), options]);
    },
  });
}

/**
 * A terminal gets readable lines. Otherwise pino writes to the file descriptor directly, which is faster
 * than Node's stream.
 */
function streamTo(destination: DestinationStream & { isTTY?: boolean }): DestinationStream {
  if (destination.isTTY === true) return terminalLines(destination);
  return destination === process.stdout ? pino.destination(1) : destination;
}

/**
 * The fields and the message of a call, redacted. The message is formatted before it is searched, because
 * the parts of `('password=%s', value)` alone show no secret. Without a message, pino would take the one of
 * the error, unredacted.
 */
function lineOf([first, ...rest]: unknown[]): [object | undefined, string | undefined] {
  if (typeof first !== 'object' || first === null) return [undefined, messageOf([first, ...rest])];
  const fields = isNativeError(first) ? { err: first } : first;
  if (rest[0] !== undefined) return [fields, messageOf(rest)];
  const { err, msg } = fields as { err?: unknown; msg?: unknown };
  return [fields, msg === undefined && isNativeError(err) ? redactText(err.message) : undefined];
}

function messageOf(parts: unknown[]): string {
  const [text] = parts;
  if (parts.length === 1 && typeof text === 'string') return redactText(text);
  return redactText(
    format(...parts.map((part) => (isNativeError(part) ? textOf(part) : printable(part)))),
  );
}

function printable(part: unknown): unknown {
  return typeof part === 'object' ? redactValue(part) : part;
}

/** Context of an error of the start that Nest logs and then throws: who starts the application reports it. */
const THROWN_AT_START = 'ExceptionHandler';

/** Contexts of Nest's messages about each module and route at the start. */
const BOOT_CHATTER = new Set<unknown>([
  'NestFactory',
  'NestApplication',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
]);

/** A message with fields of its own, for example `{ msg: 'not counted', limit: 'run' }`. */
function hasText(message: unknown): message is { readonly msg: string } {
  return (
    typeof message === 'object' &&
    message !== null &&
    typeof Reflect.get(message, 'msg') === 'string'
  );
}

/** Nest's own messages, and those of its `Logger`, through the same logger. */
export class PinoLoggerService implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    const chatter = BOOT_CHATTER.has(rest.at(-1));
    this.write(chatter ? 'debug' : 'info', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.write(rest.at(-1) === THROWN_AT_START ? 'debug' : 'error', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  /** Nest passes the context's name last and, for an error, the stack before it. */
  private write(
    level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal',
    message: unknown,
    rest: unknown[],
  ): void {
    const context = rest.at(-1);
    const line: Record<string, unknown> = {};
    if (typeof context === 'string') line.context = context;
    if (isNativeError(message)) {
      this.logger[level]({ ...line, err: redactError(message) }, message.message);
    } else if (typeof message === 'string') {
      this.logger[level](line, message);
    } else if (hasText(message)) {
      const { msg, ...fields } = message;
      this.logger[level]({ ...line, ...fields }, msg);
    } else {
      this.logger[level]({ ...line, data: message }, 'message');
    }
  }
}
