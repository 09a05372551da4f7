import { invalidField } from '../../kernel/errors/domain-error.js';
import { validateAs } from '../../http/validation/validation.js';
import { type RegisteredAction } from './delivery-action.registry.js';

/** The validated input of a press; throws a 400. */
export function inputOf(action: RegisteredAction, input: unknown): object {
  const type = action.options.input;
  if (type) return validateAs(type, input ?? {}, 'input');
  if (input === undefined) return {};
  throw invalidField('input', `input is not taken by ${action.options.key}`);
}
