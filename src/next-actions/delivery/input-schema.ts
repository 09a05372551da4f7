import { type Type } from '@nestjs/common';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import { planOf } from '../../http/validation/dto-plan.js';

/** A JSON Schema of an object, as far as it is changed here. */
export interface InputSchema {
  type: string;
  properties: Record<string, object>;
  required?: string[];
  additionalProperties: boolean;
}

/**
 * JSON Schema of an input class, from its class-validator decorators; unknown fields are refused. Nested
 * classes stand inline, so that the schema needs nothing outside; one that contains itself is a free object.
 */
export function inputSchemaOf(
  type: Type<object>,
  outer: readonly Type<object>[] = [],
): InputSchema | { type: 'object' } {
  if (outer.includes(type)) return { type: 'object' };
  const schema = targetConstructorToSchema(type) as unknown as InputSchema;
  for (const [key, { type: nested, isArray }] of planOf(type)) {
    const rules: { $ref?: string } = { ...schema.properties[key] };
    // A definition outside, also of a union of words.
    delete rules.$ref;
    schema.properties[key] = rules;
    if (!nested) continue;
    const inner = inputSchemaOf(nested, [...outer, type]);
    schema.properties[key] = isArray
      ? { ...rules, type: 'array', items: inner }
      : { ...rules, ...inner };
  }
  return { ...schema, additionalProperties: false };
}
