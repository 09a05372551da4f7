import { type Type } from '@nestjs/common';
import { plainToInstance, TransformationType } from 'class-transformer';
import { type FieldPlan, planOf } from './dto-plan.js';
import { FieldErrors, pathOf } from './field-errors.js';

type Plain = Readonly<Record<string, unknown>>;

/**
 * Creates instances of DTOs from JSON. class-transformer converts only the simple values, one object at a
 * time; lists, nested DTOs and free JSON are assigned here. The run time of class-transformer is quadratic
 * in the keys of an object, so an object with keys that a client chose must not pass through it. Source:
 * class-transformer, TransformOperationExecutor.getKeys.
 *
 * Unknown fields, lists that are too long and values of the wrong shape are reported before class-validator
 * runs, and are left out of the instance.
 */
export class DtoBinder {
  readonly fieldErrors = new FieldErrors();

  /** An instance of `type` with the values of `plain`; `path` is its path in the request. */
  bind<T extends object>(type: Type<T>, plain: Plain, path: string): T {
    const plan = planOf(type);
    const simple: Record<string, unknown> = {};
    let isAssigned = true;
    const composed: [field: FieldPlan, value: unknown][] = [];
    for (const key of Object.keys(plain)) {
      const field = plan.get(key);
      const value = plain[key];
      if (!field) {
        this.fieldErrors.add(path, key, (at) => `${at} is not a known field`);
      } else if (!isObject(value)) {
        simple[key] = value;
        isAssigned &&= field.isAssigned;
      } else if (this.fits(field, value, path, key)) {
        if (field.kind === 'converted') {
          simple[key] = value;
          isAssigned = false;
        } else composed.push([field, this.valueOf(field, value, pathOf(path, key))]);
      }
    }
    const instance = isAssigned ? Object.assign(new type(), simple) : plainToInstance(type, simple);
    for (const [field, value] of composed) {
      (instance as Record<string, unknown>)[field.name] = transformed(field, value, plain);
    }
    return instance;
  }

  /** Whether a list or an object may be bound to a field; if not, adds a field error. */
  private fits(field: FieldPlan, value: object, parent: string, name: string): boolean {
    if (Array.isArray(value)) {
      if (value.length > field.maxItems) {
        this.fieldErrors.addFinal(
          parent,
          name,
          (at) => `${at} must have at most ${field.maxItems} items, and has ${value.length}`,
        );
        return false;
      }
      if (field.kind !== 'nested' || field.isArray) return true;
      this.fieldErrors.addFinal(parent, name, (at) => `${at} must be an object`);
      return false;
    }
    if (field.kind !== 'nested' || !field.isArray) return true;
    this.fieldErrors.addFinal(parent, name, (at) => `${at} must be an array`);
    return false;
  }

  private valueOf(field: FieldPlan, value: object, path: string): unknown {
    const { type } = field;
    if (!type) return value;
    if (!Array.isArray(value)) return this.bind(type, value as Plain, path);
    return value.map((item: unknown, index) => {
      // The validator refuses what is not an object.
      if (!isObject(item)) return item;
      if (!Array.isArray(item)) return this.bind(type, item as Plain, pathOf(path, String(index)));
      this.fieldErrors.addFinal(path, String(index), (at) => `${at} must be an object`);
      return undefined;
    });
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Applies the `@Transform`s of a field whose value does not pass through class-transformer. */
function transformed({ name, transforms }: FieldPlan, value: unknown, obj: Plain): unknown {
  return transforms.reduce<unknown>(
    (current, { transformFn }) =>
      transformFn({
        value: current,
        key: name,
        obj,
        type: TransformationType.PLAIN_TO_CLASS,
        options: {},
      }),
    value,
  );
}
