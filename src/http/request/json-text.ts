import { type FieldError, ValidationFailedError } from '../../kernel/errors/domain-error.js';
import { pathOf } from '../validation/field-errors.js';
import { assertTextShape } from './body-shape.js';
import { inexactNumber } from './json-numbers.js';

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Parses JSON in UTF-8 with no more levels and values than MAX_LEVELS and MAX_VALUES. Throws a SyntaxError
 * for what is no JSON, and a 400 for a number that JavaScript can't hold: it would be stored with other
 * digits, or as null.
 */
export function parseJsonText(json: Buffer): unknown {
  assertTextShape(json);
  const text = json.toString('utf8');
  const value = JSON.parse(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text) as unknown;
  const path = inexactNumber(json);
  if (path) throw new ValidationFailedError([tooExact(path)]);
  return value;
}

function tooExact(path: readonly (string | number)[]): FieldError {
  const field = path.length === 0 ? 'body' : path.map(String).reduce(pathOf, '');
  return {
    field,
    message: `${field} must be a number that fits into 64-bit floating point with all its digits; send it as a string`,
  };
}
