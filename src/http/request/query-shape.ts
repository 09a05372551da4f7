import { invalidField, ValidationFailedError } from '../../kernel/errors/domain-error.js';
import { assertStorableText } from './body-shape.js';
import { pathOf } from '../validation/field-errors.js';

/** Most parameters of a query. */
export const MAX_PARAMETERS = 50;
/** Longest name and value of a parameter, in characters. */
export const MAX_PARAMETER_NAME = 200;
export const MAX_PARAMETER_VALUE = 2000;

/**
 * Refuses, with a 400, a query that is not a short list of distinct `name=value` pairs: a repeated
 * parameter would reach a filter as a list, and a nested one (`a[b]=c`) means nothing here.
 */
export function assertQueryShape(query: Readonly<Record<string, unknown>>): void {
  const names = Object.keys(query);
  if (names.length > MAX_PARAMETERS) {
    throw refusal('query', `has more than ${MAX_PARAMETERS} parameters`);
  }
  for (const name of names) {
    const value = query[name];
    const field = pathOf('', name);
    if (name.length > MAX_PARAMETER_NAME) {
      throw refusal(field, `is a name of more than ${MAX_PARAMETER_NAME} characters`);
    }
    assertStorableText(name, field);
    if (name.includes('[')) {
      throw refusal(field, 'is nested: a parameter is a plain name=value pair');
    }
    if (typeof value !== 'string') throw refusal(field, 'must be given once');
    if (value.length > MAX_PARAMETER_VALUE) {
      throw refusal(field, `must be at most ${MAX_PARAMETER_VALUE} characters long`);
    }
    assertStorableText(value, field);
  }
}

/** Refuses, with a 400, any parameter: the route takes none. */
export function assertNoQuery(query: Readonly<Record<string, unknown>>): void {
  const errors = Object.keys(query).map((name) => {
    const field = pathOf('', name);
    return { field, message: `${field} is not a known parameter` };
  });
  if (errors.length > 0) throw new ValidationFailedError(errors);
}

function refusal(field: string, fault: string): ValidationFailedError {
  return invalidField(field, `${field} ${fault}`);
}
