/**
 * What a spreadsheet takes for the begin of a formula, after any number of apostrophes: those that the
 * export itself puts there must be told apart from those of the text.
 */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;
const GUARDED = /^'+[=+\-@\t\r\n＝＋－＠]/;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
/** What makes a cell need quotes, for every separator: a spreadsheet may expect another one. */
const SPECIAL = /[",;\t\r\n]|^\s|\s$/;

/** A value of a row that is written. */
export type CsvValue = string | number | boolean | Date | object | null | undefined;

/** A line of CSV after RFC 4180, with its line end: times as ISO 8601, objects as JSON, null as nothing. */
export function csvLine(values: readonly CsvValue[]): string {
  return `${values.map(cellOf).join(',')}\r\n`;
}

function cellOf(value: CsvValue): string {
  const text = guarded(textOf(value));
  return SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function textOf(value: CsvValue): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The text with an apostrophe before what a spreadsheet would run as a formula; numbers stay as they are. */
export function guarded(text: string): string {
  return FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
}

/** The text that {@link guarded} was given. */
export function unguarded(text: string): string {
  return GUARDED.test(text) ? text.slice(1) : text;
}
