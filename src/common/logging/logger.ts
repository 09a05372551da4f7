import { type LoggerService } from '@nestjs/common';
import { type DestinationStream, type Logger, pino } from 'pino';
import { pinoPretty } from './pretty.js';
import { redactError, redactText, redactValue } from './redaction.js';

/** Levels of LOG_LEVEL, least severe first. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Injection token of the pino logger of this process. */
export const LOGGER = Symbol('LOGGER');

/**
 * The process's logger: JSON lines on standard output, readable text in a terminal. Every line,
 * message and object, passes the redaction before it is written.
 */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const stream = destination ?? (process.stdout.isTTY ? pinoPretty() : pino.destination(1));
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (line) => redactValue(line) as Record<string, unknown>,
      },
      serializers: { err: (error: unknown) => error },
      hooks: {
        logMethod(args, method) {
          const clean = args.map((arg: unknown) =>
            typeof arg === 'string' ? redactText(arg) : arg,
          );
          method.apply(this, clean as Parameters<typeof method>);
        },
      },
    },
    stream,
  );
}

/** Contexts in which Nest tells each module and route that it set up. */
const BOOT_CHATTER = new Set<unknown>(['InstanceLoader', 'RoutesResolver', 'RouterExplorer']);

/** Nest's own messages through the same logger. */
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
    this.write('error', message, rest);
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
    if (message instanceof Error) {
      this.logger[level]({ ...line, err: redactError(message) }, message.message);
    } else if (typeof message === 'string') {
      this.logger[level](line, message);
    } else {
      this.logger[level]({ ...line, data: message }, 'message');
    }
  }
}
