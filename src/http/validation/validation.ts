import { type ArgumentMetadata, type Type, ValidationPipe } from '@nestjs/common';
import {
  validate,
  type ValidationError,
  validateSync,
  type ValidatorOptions,
} from 'class-validator';
import { invalidField, ValidationFailedError } from '../../kernel/errors/domain-error.js';
import { DtoBinder } from './dto-binder.js';
import { type FieldErrors, pathOf } from './field-errors.js';
import { plainMessage } from './plain-messages.js';
import { isCertainlyValid } from './quick-check.js';

const OPTIONS: ValidatorOptions = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
  // The value is needed to report "is required"; it is never shown.
  validationError: { target: false, value: true },
};

/** Rules that a missing value breaks only because it is missing. */
const ABOUT_THE_VALUE = /^(is[A-Z]|matches$|nestedValidation$)/;

/** The pipe of every route: unknown fields are refused, each wrong field is named in `errors`. */
export function createValidationPipe(): ValidationPipe {
  return new DtoPipe();
}

/** Nest's pipe, with DTOs bound by DtoBinder: its work and its answer are bounded. */
class DtoPipe extends ValidationPipe {
  constructor() {
    super({ transform: true });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { metatype } = metadata;
    if (!metatype || !this.toValidate(metadata)) return super.transform(value, metadata);
    const bound = bind(metatype as Type<object>, value ?? {}, metadata.data ?? '');
    if (!isCertainlyValid(bound.instance)) {
      note(bound.fieldErrors, await validate(bound.instance, OPTIONS), bound.path);
    }
    return checked(bound);
  }
}

/**
 * Validates a plain value against a class by the rules of the pipe and returns the instance; throws
 * ValidationFailedError with paths below `field`. Validators that are asynchronous do not take part.
 */
export function validateAs<T extends object>(type: Type<T>, value: unknown, field: string): T {
  const bound = bind(type, value, field);
  if (!isCertainlyValid(bound.instance)) {
    note(bound.fieldErrors, validateSync(bound.instance, OPTIONS), bound.path);
  }
  return checked(bound);
}

interface Bound<T extends object> {
  readonly instance: T;
  readonly fieldErrors: FieldErrors;
  readonly path: string;
}

function bind<T extends object>(type: Type<T>, value: unknown, path: string): Bound<T> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const field = path === '' ? 'body' : path;
    throw invalidField(field, `${field} must be an object`);
  }
  const binder = new DtoBinder();
  const instance = binder.bind(type, value as Record<string, unknown>, path);
  return { instance, fieldErrors: binder.fieldErrors, path };
}

function checked<T extends object>({ instance, fieldErrors }: Bound<T>): T {
  if (fieldErrors.count > 0) {
    throw new ValidationFailedError(
      fieldErrors.errors,
      fieldErrors.count - fieldErrors.errors.length,
    );
  }
  return instance;
}

/** Adds class-validator's tree of errors to the fieldErrors: one a field, with its whole path. */
function note(fieldErrors: FieldErrors, errors: readonly ValidationError[], parent: string): void {
  for (const error of errors) {
    const { property = '', constraints, children } = error as Partial<ValidationError>;
    const missing = (error.value as unknown) === undefined;
    const path = pathOf(parent, property);
    if (fieldErrors.isClosed(path)) continue;
    const failed = Object.entries(constraints ?? {});
    // Decorators apply from the bottom up, so the last rule is the topmost: it says what the field is.
    const rule = failed.at(-1);
    if (rule) {
      fieldErrors.add(parent, property, (field) =>
        missing && ABOUT_THE_VALUE.test(rule[0])
          ? `${field} is required`
          : messageOf(rule, property, field),
      );
    }
    if (children) note(fieldErrors, children, path);
  }
}

/** A validator's message about the field's whole path: `items.3.dueAt must be …`. */
function messageOf([rule, wording]: [string, string], property: string, field: string): string {
  if (rule === 'nestedValidation') return `${field} must be an object`;
  const message = plainMessage(wording);
  if (property === field && message.includes(property)) return message;
  const words = message.split(' ');
  const named = words.indexOf(property);
  if (named === -1) return `${field}: ${message}`;
  words[named] = field;
  return words.join(' ');
}
