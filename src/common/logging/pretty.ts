import { PinoPretty } from 'pino-pretty';

/** The readable form of the log lines, for a terminal. */
export function pinoPretty(): ReturnType<typeof PinoPretty> {
  return PinoPretty({
    colorize: true,
    translateTime: 'SYS:HH:MM:ss',
    ignore: 'pid,hostname',
    sync: true,
  });
}
