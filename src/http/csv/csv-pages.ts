import { csvLine, type CsvValue } from './csv-text.js';

/** Reads up to `limit` rows behind the last one that was read. */
export type ReadRows<Row> = (limit: number, last: Row | undefined) => Promise<readonly Row[]>;

/** How many rows are read first, and at most. */
const FIRST_ROWS = 50;
const MOST_ROWS = 500;
/** How many characters a part of the file should have: large rows are read a few at a time. */
const PART_LENGTH = 1024 * 1024;

/**
 * A file in CSV with a header and all rows, part by part. A part is read when it is asked for: nothing is
 * held in the database in between, and memory does not grow with the number of rows.
 */
export async function* csvPages<Row>(
  columns: readonly (keyof Row & string)[],
  read: ReadRows<Row>,
): AsyncGenerator<string> {
  let text = csvLine(columns);
  let last: Row | undefined;
  for (let limit = FIRST_ROWS; ;) {
    const rows = await read(limit, last);
    for (const row of rows) text += csvLine(columns.map((column) => row[column] as CsvValue));
    yield text;
    if (rows.length < limit) return;
    last = rows.at(-1);
    limit = nextLimit(limit, text.length);
    text = '';
  }
}

function nextLimit(limit: number, length: number): number {
  const fitting = Math.floor((limit * PART_LENGTH) / Math.max(length, 1));
  return Math.max(1, Math.min(fitting, limit * 2, MOST_ROWS));
}
