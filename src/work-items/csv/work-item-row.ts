import {
  type FieldError,
  invalidField,
  ValidationFailedError,
} from '../../kernel/errors/domain-error.js';
import { namesScope, type Scope } from '../../kernel/scope.js';
import { unguarded } from '../../http/csv/csv-text.js';
import { assertBodyShape } from '../../http/request/body-shape.js';
import { parseJsonText } from '../../http/request/json-text.js';
import { validateAs } from '../../http/validation/validation.js';
import { kindAndStateProblem } from '../work-item-kinds.js';
import { BatchWorkItem } from '../work-item-requests.dto.js';
import { type PushedWorkItem } from '../work-item.js';
import { type ImportedColumn } from './work-item-columns.js';
import { type HeaderColumn } from './work-item-header.js';

/** What the rows of a file have where they say nothing else. */
export interface RowDefaults extends Partial<Scope> {
  readonly kind?: string | undefined;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_FIELDS: readonly ImportedColumn[] = ['dueAt', 'occurredAt'];
const DATE_FORMAT =
  'must be an ISO 8601 date (2026-12-31) or time with its zone (2026-12-31T17:00:00Z); a date such as 03/04/2026 is ambiguous';

type Values = Partial<Record<ImportedColumn, string>>;

/** The item of a row, checked like one that is pushed. Throws a ValidationFailedError with the fields. */
export function itemOf(
  cells: readonly string[],
  header: readonly HeaderColumn[],
  defaults: RowDefaults,
): PushedWorkItem {
  const { values, attributes } = sorted(cells, header);
  const scope = scopeOfRow(values, defaults);
  // One literal: objects that are spread, 100,000 times, are most of the garbage of a file.
  const plain = {
    kind: kindOf(values, defaults),
    externalId: values.externalId,
    entityType: wordOf(values.entityType) ?? scope.entityType,
    entityId: values.entityId ?? scope.entityId,
    state: wordOf(values.state),
    priority: wordOf(values.priority),
    title: values.title,
    dueAt: timeOf(values.dueAt),
    occurredAt: timeOf(values.occurredAt),
    attributes: withJson(values.attributes, attributes),
  };
  assertBodyShape(plain);
  const item = validated(plain);
  const problem = kindAndStateProblem(item.kind, item.state);
  if (problem) throw new ValidationFailedError([problem]);
  return item;
}

/** The cells by what they are. Empty ones are left out: they say nothing. */
function sorted(
  cells: readonly string[],
  header: readonly HeaderColumn[],
): { values: Values; attributes: Record<string, string> } {
  const values: Values = {};
  const attributes: Record<string, string> = {};
  for (const [index, cell] of cells.entries()) {
    if (cell === '') continue;
    const column = header[index];
    if (column === 'ignored') continue;
    if (column === undefined)
      throw fault('row', `has ${cells.length} cells, the header ${header.length}`);
    if (column === 'unnamed') {
      if (cell.trim() !== '')
        throw fault('row', `has a value in column ${index + 1}, which has no name`);
    } else if ('field' in column) values[column.field] = unguarded(cell);
    else attributes[column.attribute] = unguarded(cell);
  }
  return { values, attributes };
}

/** A scope stands in the row or comes from the request, never a part from each. */
function scopeOfRow(values: Values, { entityType, entityId }: RowDefaults): Partial<Scope> {
  return namesScope(values) ? {} : { entityType, entityId };
}

/** A word in lower case, without white space around it. */
function wordOf(cell: string | undefined): string | undefined {
  return cell?.trim().toLowerCase();
}

/** A date as a time. */
function timeOf(cell: string | undefined): string | undefined {
  const date = cell?.trim();
  return date !== undefined && DATE.test(date) ? `${date}T00:00:00.000Z` : date;
}

function kindOf(values: Values, { kind }: RowDefaults): string | undefined {
  const own = wordOf(values.kind);
  if (kind !== undefined && own !== undefined && own !== kind) {
    throw fault('kind', `must be ${kind}, as the request says`);
  }
  return own ?? kind;
}

/** The attributes of a row: those of the JSON, and those that have a column. */
function withJson(json: string | undefined, columns: Record<string, string>): object {
  if (json === undefined) return columns;
  const value = parsedObject(json);
  const twice = Object.keys(columns).find((name) => Object.hasOwn(value, name));
  if (twice !== undefined) throw fault(`attributes.${twice}`, 'has a column of its own, too');
  return { ...value, ...columns };
}

function parsedObject(json: string): object {
  let value: unknown;
  try {
    value = parseJsonText(Buffer.from(json));
  } catch (error) {
    if (error instanceof ValidationFailedError) throw inAttributes(error);
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw fault('attributes', 'must be a JSON object');
}

/** An error about a part of the JSON, as one about the row. */
function inAttributes({ options: { errors = [] } }: ValidationFailedError): ValidationFailedError {
  return new ValidationFailedError(
    errors.map(({ field, message }) => ({
      field: `attributes.${field}`,
      message: `attributes.${message}`,
    })),
  );
}

/** As validateAs, with a message of its own for dates: files have them in every format. */
function validated(plain: object): BatchWorkItem {
  try {
    return validateAs(BatchWorkItem, plain, '');
  } catch (error) {
    if (!(error instanceof ValidationFailedError)) throw error;
    throw new ValidationFailedError((error.options.errors ?? []).map(withDateFormat));
  }
}

function withDateFormat(error: FieldError): FieldError {
  return (DATE_FIELDS as readonly string[]).includes(error.field)
    ? { field: error.field, message: `${error.field} ${DATE_FORMAT}` }
    : error;
}

function fault(field: string, message: string): ValidationFailedError {
  return invalidField(field, `${field} ${message}`);
}
