import { type CsvRow, RowReader } from './csv-rows.js';
import { type CsvSeparator, readHead } from './csv-head.js';

/** Largest row, in bytes: attributes may take 1 MiB as JSON, and twice that when they are quoted. */
const MAX_ROW = 4 * 1024 * 1024;

/** How a file is read. */
export interface CsvOptions {
  /** What separates the cells; found out from the header row unless given. */
  readonly separator?: CsvSeparator | undefined;
  /** Largest row, in bytes; 4 MiB unless given. */
  readonly maxRow?: number;
}

/**
 * Reads the rows of a file in CSV (RFC 4180) while it arrives: at each step those that a chunk completes,
 * the header first. Cells are separated by comma, semicolon or tab, see {@link readHead}. A row whose quotes
 * are broken is a fault of one line, and the next line begins a new row. Throws a 400 that names the line
 * for what is not UTF-8.
 */
export async function* readCsv(
  chunks: AsyncIterable<Buffer>,
  { separator, maxRow = MAX_ROW }: CsvOptions = {},
): AsyncGenerator<CsvRow[]> {
  let begin: Buffer = Buffer.alloc(0);
  let rows: RowReader | undefined;
  for await (const chunk of chunks) {
    if (rows) {
      yield await rows.read(chunk);
      continue;
    }
    begin = Buffer.concat([begin, chunk]);
    const head = readHead(begin, false, separator);
    if (!head) continue;
    rows = new RowReader(head.separator, head.line, maxRow);
    yield await rows.read(begin.subarray(head.skip));
  }
  if (!rows) {
    const head = readHead(begin, true, separator);
    if (!head) return;
    rows = new RowReader(head.separator, head.line, maxRow);
    yield await rows.read(begin.subarray(head.skip));
  }
  yield await rows.end();
}
