import { InvalidRequestError } from '../../kernel/errors/domain-error.js';

const QUOTE = 0x22;
const CR = 0x0d;
const LF = 0x0a;
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');
/** The byte order marks of UTF-16, in both orders. */
const UTF_16 = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])];
/** `sep=;`, which spreadsheets write and read in a line before the header. */
const HINT = /^sep=([,;\t])$/i;

/** What separates the cells of a row. */
export type CsvSeparator = ',' | ';' | '\t';
const SEPARATORS: readonly CsvSeparator[] = [',', ';', '\t'];

/** Longest header row, in bytes. */
export const MAX_HEADER = 64 * 1024;

/** What is known of a file from its first bytes. */
export interface CsvHead {
  readonly separator: CsvSeparator;
  /** How many bytes precede the header row. */
  readonly skip: number;
  /** The line that the header row begins in, from 1. */
  readonly line: number;
}

/**
 * Reads the begin of a file: skips a byte order mark and a `sep=` line, and takes for the separator what the
 * header row has most of outside quotes, a comma where it has none. Undefined while `bytes` do not hold the
 * whole header row; `ended` says that nothing follows. Throws a 400 for UTF-16 and for a header that is too
 * long.
 */
export function readHead(
  bytes: Buffer,
  ended: boolean,
  chosen?: CsvSeparator,
): CsvHead | undefined {
  if (UTF_16.some((mark) => bytes.subarray(0, 2).equals(mark))) throw csvInvalid(1, IS_UTF_16);
  let skip = bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  let line = 1;
  let header = lineAt(bytes, skip, ended);
  const hint = header === undefined ? undefined : HINT.exec(header)?.[1];
  if (header !== undefined && hint !== undefined) {
    skip = endOfLine(bytes, skip + header.length);
    line += 1;
    header = lineAt(bytes, skip, ended);
  }
  if (header === undefined && bytes.length - skip <= MAX_HEADER) return undefined;
  if (header === undefined || header.length > MAX_HEADER) {
    throw csvInvalid(line, `the header row is longer than ${MAX_HEADER / 1024} kB`);
  }
  const separator = chosen ?? (hint as CsvSeparator | undefined) ?? mostFrequent(header);
  return { separator, skip, line };
}

const IS_UTF_16 = 'the file is UTF-16; save it as CSV in UTF-8';

/** 400: the file is no CSV that can be read; `line` is where. */
export function csvInvalid(line: number, fault: string): InvalidRequestError {
  return new InvalidRequestError(
    'CSV_NOT_READABLE',
    `The file can’t be read: line ${line}: ${fault}.`,
  );
}

/** The bytes of the line that begins at `from`, one character each; a quoted cell may hold line ends. */
function lineAt(bytes: Buffer, from: number, ended: boolean): string | undefined {
  let quoted = false;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) quoted = !quoted;
    else if (!quoted && (byte === LF || byte === CR)) return bytes.toString('latin1', from, at);
  }
  return ended ? bytes.toString('latin1', from) : undefined;
}

/** Where the line that ends at `at` is over, behind its line end. */
function endOfLine(bytes: Buffer, at: number): number {
  if (bytes[at] === CR && bytes[at + 1] === LF) return at + 2;
  return Math.min(at + 1, bytes.length);
}

function mostFrequent(header: string): CsvSeparator {
  const counts = new Map<string, number>();
  let quoted = false;
  for (const character of header) {
    if (character === '"') quoted = !quoted;
    else if (!quoted) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  const countOf = (separator: CsvSeparator): number => counts.get(separator) ?? 0;
  return SEPARATORS.reduce((best, other) => (countOf(other) > countOf(best) ? other : best));
}
