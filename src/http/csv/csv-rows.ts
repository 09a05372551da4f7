import { isUtf8 } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';
import { type CsvError, parse, type Parser } from 'csv-parse';
import { csvInvalid, type CsvSeparator } from './csv-head.js';

const CR = 0x0d;
const LF = 0x0a;
const NOTHING = Buffer.alloc(0);
/** How much is parsed without a pause, in bytes. */
const PIECE = 64 * 1024;

/** A row of a file, or why it is none; `line` is the line of the file that it begins in, from 1. */
export type CsvRow =
  | { readonly line: number; readonly cells: readonly string[]; readonly bytes: number }
  | { readonly line: number; readonly fault: string };

/** The faults of one row. Source: csv-parse, "Error codes". */
const FAULTS: Readonly<Record<string, string>> = {
  CSV_INVALID_CLOSING_QUOTE: 'a quote inside a quoted cell must be doubled',
  INVALID_OPENING_QUOTE: 'a cell that contains a quote must be quoted, and its quote doubled',
  CSV_QUOTE_NOT_CLOSED: 'a quoted cell is not closed',
  CSV_MAX_RECORD_SIZE: 'a quoted cell is not closed, or the row is too large',
};

/**
 * Splits bytes into rows with csv-parse. It keeps the bytes of the row that is not complete yet, so that it
 * knows the line of each row (csv-parse counts a CRLF inside quotes twice), and where to continue after a
 * broken one (csv-parse would read everything that follows as a part of it).
 */
export class RowReader {
  private parser: Parser;
  /** What the parser got and is in no row yet, or the end of a broken line. */
  private pending: Buffer = NOTHING;
  /** How many bytes the parser got before `pending`. */
  private taken = 0;
  /** Whether everything up to the next line end belongs to a broken row. */
  private inBrokenLine = false;
  private rows: CsvRow[] = [];
  private failure: Error | undefined;

  /**
   * @param line the line that the first byte is in
   * @param maxRow largest row, in bytes
   */
  constructor(
    private readonly separator: CsvSeparator,
    private line: number,
    private readonly maxRow: number,
  ) {
    this.parser = this.newParser();
  }

  /** The rows that these bytes complete; throws a 400 for what is not UTF-8. */
  async read(bytes: Buffer): Promise<CsvRow[]> {
    await this.take(this.inBrokenLine ? this.leaveBrokenLine(bytes) : bytes);
    return this.flush();
  }

  /** The rows that the end of the file completes. */
  async end(): Promise<CsvRow[]> {
    while (!this.inBrokenLine) {
      const fault = await faultAtEnd(this.parser);
      if (fault === undefined) break;
      await this.take(this.breakOff(fault, true));
    }
    return this.flush();
  }

  /** Feeds bytes to the parser, a piece at a time, so that other requests are served in between. */
  private async take(bytes: Buffer): Promise<void> {
    const queue = [bytes];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (next.length === 0) continue;
      const piece = next.subarray(0, PIECE);
      if (next.length > PIECE) queue.unshift(next.subarray(PIECE));
      this.pending = this.pending.length === 0 ? piece : Buffer.concat([this.pending, piece]);
      const fault = await faultOf(this.parser, piece);
      if (this.failure) return;
      if (fault !== undefined) queue.unshift(this.breakOff(fault, false));
      if (queue.length > 0) await setImmediate();
    }
  }

  private flush(): CsvRow[] {
    if (this.failure) throw this.failure;
    const { rows } = this;
    this.rows = [];
    return rows;
  }

  private newParser(): Parser {
    const parser = parse({
      delimiter: this.separator,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: this.maxRow,
      // Called while the parser runs: rows don't wait in a stream of their own.
      on_record: (cells: string[], { bytes }) => {
        this.add(cells, bytes);
        return null;
      },
    });
    return parser.on('error', () => undefined);
  }

  /** Adds a row that ends, with its line end, after so many bytes of the parser. */
  private add(cells: string[], end: number): void {
    const bytes = this.pending.subarray(0, end - this.taken);
    this.skipEmptyLines(bytes);
    if (!isUtf8(bytes)) {
      this.failure ??= csvInvalid(this.line, 'it is not UTF-8; save the file as CSV in UTF-8');
    }
    this.rows.push({ line: this.line, cells, bytes: bytes.length });
    this.line += lineEnds(bytes, firstOfRow(bytes));
    this.pending = this.pending.subarray(bytes.length);
    this.taken = end;
  }

  /** Reports a row as broken, and returns what follows its first line, for a parser of its own. */
  private breakOff(fault: string, ended: boolean): Buffer {
    const bytes = this.pending;
    this.skipEmptyLines(bytes);
    this.rows.push({ line: this.line, fault });
    this.parser = this.newParser();
    this.taken = 0;
    this.pending = NOTHING;
    this.inBrokenLine = true;
    return this.leaveBrokenLine(bytes.subarray(firstOfRow(bytes)), ended);
  }

  /** What follows the line end in these bytes; nothing where there is none yet. */
  private leaveBrokenLine(bytes: Buffer, ended = false): Buffer {
    const all = this.pending.length === 0 ? bytes : Buffer.concat([this.pending, bytes]);
    const at = all.findIndex((byte) => byte === CR || byte === LF);
    const undecided = all[at] === CR && at === all.length - 1 && !ended;
    this.pending = undecided ? all.subarray(at) : NOTHING;
    if (at === -1 || undecided) return NOTHING;
    this.inBrokenLine = false;
    this.line += 1;
    return all.subarray(all[at] === CR && all[at + 1] === LF ? at + 2 : at + 1);
  }

  private skipEmptyLines(bytes: Buffer): void {
    this.line += lineEnds(bytes.subarray(0, firstOfRow(bytes)), 0);
  }
}

/** Where the first line that is not empty begins. */
function firstOfRow(bytes: Buffer): number {
  let at = 0;
  while (bytes[at] === LF || bytes[at] === CR) at += 1;
  return at;
}

/** The number of line ends from `from` on: CRLF, LF or CR. */
function lineEnds(bytes: Buffer, from: number): number {
  let count = 0;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === LF || (byte === CR && bytes[at + 1] !== LF)) count += 1;
  }
  return count;
}

/** Sends bytes to a parser, and returns the fault of the row that it stopped at. */
function faultOf(parser: Parser, bytes: Buffer): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    parser.write(bytes, (error) => settle(error, resolve, reject));
  });
}

function faultAtEnd(parser: Parser): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    parser.once('error', (error) => settle(error, resolve, reject));
    parser.once('finish', () => resolve(undefined));
    parser.end();
  });
}

function settle(
  error: Error | null | undefined,
  resolve: (fault: string | undefined) => void,
  reject: (error: Error) => void,
): void {
  const fault = error ? FAULTS[(error as CsvError).code] : undefined;
  if (error && fault === undefined) reject(error);
  else resolve(fault);
}
