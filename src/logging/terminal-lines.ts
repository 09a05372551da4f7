import { isColorSupported, prettyFactory } from 'pino-pretty';
import { type DestinationStream } from 'pino';

/** A line of the log as it was written. */
type Line = Record<string, unknown>;

/** Longest value of a further field, and longest line, in characters. */
const MAX_VALUE = 60;
const MAX_LINE = 400;

/** Fields that are not shown after the message: they are elsewhere in the line, or are for machines. */
const SHOWN_ELSEWHERE = new Set([
  ...['level', 'time', 'msg', 'err', 'method', 'path', 'status', 'durationMs', 'code'],
  ...['requestId', 'userId', 'eventId', 'eventKey', 'at', 'route', 'params', 'aborted', 'scope'],
  ...['sourceType', 'sourceId', 'errorMessage', 'meta', 'executionId', 'snapshotId', 'workerId'],
]);

/** Control characters would end the line or control the terminal. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;

/**
 * The log for a terminal: each record is one line of time, level, what happened and its fields in short.
 * Only an error of level error or fatal has its stack below. It is written synchronously, so that other
 * output keeps its order among the lines.
 */
export function terminalLines(terminal: DestinationStream): DestinationStream {
  const print = prettyFactory({
    colorize: isColorSupported,
    translateTime: 'SYS:HH:MM:ss',
    hideObject: true,
    messageFormat: (line) => terminalLine(line),
  });
  return { write: (line) => terminal.write(print(line)) };
}

/** The text after the time and the level of a record. */
function terminalLine(line: Line): string {
  const text = [...headOf(line), ...errorOf(line), ...fieldsOf(line)].join(' ');
  const printable = text.replace(UNPRINTABLE, escaped);
  const short = printable.length > MAX_LINE ? `${printable.slice(0, MAX_LINE - 1)}…` : printable;
  return short + stackOf(line);
}

/** A request as `POST /path 200 12 ms`, an event as its key and what it is about, else the message. */
function headOf(line: Line): string[] {
  const { method, path, status, durationMs, aborted, eventKey, msg, scope } = line;
  const took = typeof durationMs === 'number' ? [`${durationMs} ms`] : [];
  if (typeof method === 'string' && typeof path === 'string') {
    return [method, path, aborted === true ? 'aborted' : textOf(status), ...took];
  }
  if (typeof eventKey !== 'string') return [textOf(msg), ...took];
  const { entityType, entityId } = (scope ?? {}) as { entityType?: unknown; entityId?: unknown };
  const where = entityId === undefined ? [] : [`${textOf(entityType)}/${textOf(entityId)}`];
  return [textOf(msg), ...where, ...took];
}

/** The code, and in one line what was thrown and what caused it. */
function errorOf(line: Line): string[] {
  const { code, err, msg, level } = line;
  const parts = code === undefined ? [] : [textOf(code)];
  for (let at = err, depth = 0; isRecord(at) && depth < 5; at = at.cause, depth++) {
    const type = isPresent(at.type) && at.type !== 'Error' ? `${textOf(at.type)}: ` : '';
    const said = type + textOf(at.message);
    if (at.message !== msg) parts.push(depth === 0 ? `— ${said}` : `(caused by: ${said})`);
  }
  // To find a failure, one needs the code that the client got.
  const clues = isSevere(level) ? ['requestId', 'userId', 'executionId'] : [];
  for (const key of clues) if (isPresent(line[key])) parts.push(`${key}=${textOf(line[key])}`);
  return parts;
}

/** The further fields as `key=value`; of an event, those of its meta that are no objects. */
function fieldsOf(line: Line): string[] {
  const meta = isRecord(line.meta)
    ? Object.entries(line.meta).filter(([key, value]) => !isRecord(value) && !isInScope(key, line))
    : [];
  return [...Object.entries(line), ...meta]
    .filter(([key, value]) => !SHOWN_ELSEWHERE.has(key) && isPresent(value))
    .map(([key, value]) => `${key}=${shortened(textOf(value))}`);
}

function isInScope(key: string, { scope }: Line): boolean {
  return isRecord(scope) && key in scope;
}

function stackOf({ err, level }: Line): string {
  if (!isSevere(level) || !isRecord(err) || typeof err.stack !== 'string') return '';
  return err.stack
    .split('\n')
    .map((frame) => `\n    ${frame.replace(UNPRINTABLE, escaped)}`)
    .join('');
}

function isSevere(level: unknown): boolean {
  return level === 'error' || level === 'fatal';
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function isRecord(value: unknown): value is Line {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function shortened(text: string): string {
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE - 1)}…` : text;
}

function escaped(character: string): string {
  return JSON.stringify(character).slice(1, -1) === character
    ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
    : JSON.stringify(character).slice(1, -1);
}
