import { type Type } from '@nestjs/common';
import { getMetadataStorage, type ValidatorConstraintInterface } from 'class-validator';

type Condition = (object: object, value: unknown) => boolean;

/** One rule of a field. */
interface Rule {
  readonly constraint: ValidatorConstraintInterface;
  readonly constraints: unknown[];
}

/** The rules of one field, which count while all conditions hold. */
interface Field {
  readonly conditions: readonly Condition[];
  readonly rules: readonly Rule[];
}

type Fields = ReadonlyMap<string, Field>;

const checks = new WeakMap<object, Fields | 'unknown'>();

/**
 * Whether class-validator would certainly find nothing wrong with an instance. It looks the rules of a class
 * up for every object, and makes objects for what could be wrong: for a valid row of a file that is ten times
 * the garbage of the row. False where something is wrong, and for a class with other rules than those of flat
 * fields: class-validator must look then. Source: class-validator, ValidationExecutor.
 */
export function isCertainlyValid(instance: object): boolean {
  const type = instance.constructor as Type<object>;
  let fields = checks.get(type);
  if (fields === undefined) {
    fields = fieldsOf(type) ?? 'unknown';
    checks.set(type, fields);
  }
  if (fields === 'unknown') return false;
  for (const name of Object.keys(instance)) {
    if (!fields.has(name)) return false;
  }
  for (const [name, field] of fields) {
    if (!holds(field, name, instance)) return false;
  }
  return true;
}

function holds({ conditions, rules }: Field, property: string, object: object): boolean {
  const value = (object as Record<string, unknown>)[property];
  if (!conditions.every((condition) => condition(object, value))) return true;
  const targetName = object.constructor.name;
  return rules.every(
    ({ constraint, constraints }) =>
      constraint.validate(value, { targetName, property, object, value, constraints }) === true,
  );
}

/** The rules of a class by their fields; undefined where one is not of a flat field. */
function fieldsOf(type: Type<object>): Fields | undefined {
  const storage = getMetadataStorage();
  const metadatas = storage.getTargetValidationMetadatas(type, '', false, false);
  if (metadatas.length === 0) return undefined;
  const fields = new Map<string, { conditions: Condition[]; rules: Rule[] }>();
  for (const metadata of metadatas) {
    const { propertyName, type: kind } = metadata;
    const field = fields.get(propertyName) ?? { conditions: [], rules: [] };
    fields.set(propertyName, field);
    const constraints = metadata.constraints as unknown[];
    if (kind === 'conditionalValidation') field.conditions.push(constraints[0] as Condition);
    else if (kind !== 'customValidation' || metadata.each || metadata.validateIf) return undefined;
    else {
      for (const found of storage.getTargetValidatorConstraints(metadata.constraintCls)) {
        if (found.async) return undefined;
        field.rules.push({ constraint: found.instance, constraints });
      }
    }
  }
  return fields;
}
