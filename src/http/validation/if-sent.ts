import { ValidateIf } from 'class-validator';

/** Validates a field that may be left out; unlike with `@IsOptional()`, null is refused. */
export function IfSent(): PropertyDecorator {
  return ValidateIf((_, value: unknown) => value !== undefined);
}
