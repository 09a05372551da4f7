import { InvalidRequestError } from '../../kernel/errors/domain-error.js';
import { assertBodyShape } from '../../http/request/body-shape.js';
import { unguarded } from '../../http/csv/csv-text.js';
import { hasVisibleText } from '../../kernel/visible-text.js';
import { COMPUTED_COLUMNS, IMPORTED_COLUMNS, type ImportedColumn } from './work-item-columns.js';

/** What the cells of one column are. */
export type HeaderColumn =
  | { readonly field: ImportedColumn }
  | { readonly attribute: string }
  /** Known from an export, and computed here. */
  | 'ignored'
  /** Without a name: its cells must be empty. */
  | 'unnamed';

/** What a field is called in a header, in any case and with any spaces, underscores or hyphens. */
const FIELDS = new Map<string, HeaderColumn>([
  ...IMPORTED_COLUMNS.map((field) => [plain(field), { field }] as const),
  ...COMPUTED_COLUMNS.map((field) => [plain(field), 'ignored'] as const),
]);

const REQUIRED: readonly ImportedColumn[] = ['externalId', 'state', 'title'];

/**
 * The columns of a header row. A name that is no field is an attribute, as it is written. Throws a 400 for a
 * name that comes twice, one that can't be an attribute, and a required column that is missing.
 */
export function headerOf(names: readonly string[], line: number): HeaderColumn[] {
  const columns = names.map(columnOf);
  const seen = new Map<string, number>();
  for (const [index, column] of columns.entries()) {
    const key = nameOf(column);
    if (key === undefined) continue;
    const first = seen.get(key);
    if (first !== undefined) {
      throw headerInvalid(line, `columns ${first + 1} and ${index + 1} are both ${key}`);
    }
    seen.set(key, index);
    if (typeof column === 'object' && 'attribute' in column) assertAttribute(column.attribute);
  }
  const missing = REQUIRED.filter((field) => !seen.has(field));
  if (missing.length > 0) {
    throw headerInvalid(line, `the header has no column ${missing.join(', ')}`);
  }
  return columns;
}

function columnOf(name: string): HeaderColumn {
  if (!hasVisibleText(name)) return 'unnamed';
  return FIELDS.get(plain(name)) ?? { attribute: unguarded(name.trim()) };
}

function nameOf(column: HeaderColumn): string | undefined {
  if (typeof column === 'string') return undefined;
  return 'field' in column ? column.field : `the attribute ${column.attribute}`;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, '');
}

/** The names that no object in a body may have. */
function assertAttribute(name: string): void {
  assertBodyShape({ attributes: Object.fromEntries([[name, '']]) });
}

/** 400: the file can't be imported as a whole. */
export function headerInvalid(line: number, fault: string): InvalidRequestError {
  return new InvalidRequestError(
    'CSV_HEADER_INVALID',
    `The file can’t be imported: line ${line}: ${fault}.`,
  );
}
