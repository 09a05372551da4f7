import { type FieldError, MAX_FIELD_ERRORS } from '../../kernel/errors/domain-error.js';

/** Longest path of a field in an error, in characters: a client chooses the names of unknown fields. */
const MAX_PATH = 200;

/** The wrong fields of one request: the first ones for the answer, and the number of all. */
export class FieldErrors {
  readonly errors: FieldError[] = [];
  /** Every field that was found wrong, also those that are not named. */
  count = 0;
  private readonly closed = new Set<string>();

  /** Adds the wrong field `name` below `parent`; `message` gets the whole path. */
  add(parent: string, name: string, message: (field: string) => string): void {
    this.count += 1;
    if (this.errors.length >= MAX_FIELD_ERRORS) return;
    const field = pathOf(parent, name);
    this.errors.push({ field, message: message(field) });
  }

  /** As `add`; further errors of this field, or of fields in it, are dropped. */
  addFinal(parent: string, name: string, message: (field: string) => string): void {
    this.add(parent, name, message);
    this.closed.add(pathOf(parent, name));
  }

  /** Whether further errors of a field are dropped. */
  isClosed(field: string): boolean {
    return this.closed.has(field);
  }
}

/** The dotted path of a field, cut at MAX_PATH characters. */
export function pathOf(parent: string, name: string): string {
  const path = parent === '' ? name : `${parent}.${name}`;
  return path.length > MAX_PATH ? `${path.slice(0, MAX_PATH - 1).toWellFormed()}…` : path;
}
