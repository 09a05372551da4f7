import fc from 'fast-check';
import { HOSTILE_JSON, HOSTILE_TEXTS } from './fuzz-hostile.js';
import { type OpenApiDocument, type Schema } from '../../test/support/openapi.js';

/** The constraints of a schema on a value, besides its type. */
export interface ValueSchema extends Schema {
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** Any text that a client may have: of all of Unicode, or made to break something. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(...HOSTILE_TEXTS),
);

const hostileJson: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE_JSON) },
  { weight: 2, arbitrary: anyText.map((text) => JSON.stringify(text)) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value)) },
);

/** Makes JSON texts and plain texts after the schemas of a document. */
export class ValuesBySchema {
  /** @param words texts that the server itself has shown, such as the keys of actions */
  constructor(
    private readonly document: OpenApiDocument,
    private readonly words: readonly string[],
  ) {}

  /** A JSON text: `hostile` of 100 values are unlike the schema, at any depth. */
  json(schema: ValueSchema, hostile: number): fc.Arbitrary<string> {
    const valid = this.validJson(schema, hostile);
    if (hostile === 0) return valid;
    return fc.oneof(
      { weight: 100 - hostile, arbitrary: valid },
      { weight: hostile, arbitrary: hostileJson },
    );
  }

  /** A value in a path or a query, not encoded. */
  text(schema: ValueSchema, hostile: number): fc.Arbitrary<string> {
    const valid = this.validJson(schema, 0).map((json) => {
      const value: unknown = JSON.parse(json);
      return typeof value === 'string' ? value : json;
    });
    if (hostile === 0) return valid;
    return fc.oneof(
      { weight: 100 - hostile, arbitrary: valid },
      { weight: hostile, arbitrary: anyText },
    );
  }

  private validJson(given: ValueSchema, hostile: number): fc.Arbitrary<string> {
    const schema = this.resolved(given);
    if (schema.oneOf) {
      return fc.oneof(...schema.oneOf.map((one) => this.validJson(one, hostile)));
    }
    if (schema.enum) return fc.constantFrom(...schema.enum).map((value) => JSON.stringify(value));
    if (Array.isArray(schema.type)) {
      return fc.oneof(
        ...schema.type.map((type) =>
          type === 'null' ? fc.constant('null') : this.validJson({ ...schema, type }, hostile),
        ),
      );
    }
    switch (schema.type) {
      case 'object':
        return this.object(schema, hostile);
      case 'array':
        return fc
          .array(this.json(schema.items ?? {}, hostile), {
            minLength: schema.minItems ?? 0,
            maxLength: Math.min(schema.maxItems ?? 5, 5),
          })
          .map((items) => `[${items.join(',')}]`);
      case 'integer':
      case 'number': {
        const { minimum: min = -1000, maximum: max = 1000 } = schema;
        return fc.integer({ min, max }).map(String);
      }
      case 'boolean':
        return fc.boolean().map(String);
      default:
        return this.string(schema).map((text) => JSON.stringify(text));
    }
  }

  private object(schema: ValueSchema, hostile: number): fc.Arbitrary<string> {
    const { properties } = schema;
    if (!properties) {
      return fc
        .dictionary(fc.string({ maxLength: 12 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 6 })
        .map((value) => JSON.stringify(value));
    }
    const fields = Object.entries(properties).map(([name, property]) => {
      const field = this.json(property, hostile).map((json) => `${JSON.stringify(name)}:${json}`);
      const always = hostile === 0 && schema.required?.includes(name) === true;
      // With faults, also what is required may be missing, and what is there may come twice.
      const some = always
        ? field.map((one) => [one])
        : fc.array(field, { maxLength: hostile === 0 ? 1 : 2 });
      return schema.required?.includes(name) === true && !always
        ? fc.oneof(
            { weight: 9, arbitrary: field.map((one) => [one]) },
            { weight: 1, arbitrary: some },
          )
        : some;
    });
    const unknown =
      hostile === 0
        ? fc.constant<string[]>([])
        : fc.oneof(
            { weight: 8, arbitrary: fc.constant<string[]>([]) },
            {
              weight: 1,
              arbitrary: fc
                .tuple(anyText, hostileJson)
                .map(([name, json]) => [`${JSON.stringify(name)}:${json}`]),
            },
          );
    return fc.tuple(...fields, unknown).map((parts) => `{${parts.flat().join(',')}}`);
  }

  private string(schema: ValueSchema): fc.Arbitrary<string> {
    const { format, pattern, example, minLength = 0, maxLength = 60 } = schema;
    if (format === 'date-time') {
      const min = new Date('1000-01-01T00:00:00Z');
      const max = new Date('9999-12-31T23:59:59Z');
      return fc.date({ min, max, noInvalidDate: true }).map((date) => date.toISOString());
    }
    if (format === 'uuid') return fc.oneof(this.word(), fc.uuid());
    const some =
      pattern === undefined
        ? fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 200) })
        : fc.stringMatching(new RegExp(pattern));
    const likely = typeof example === 'string' ? [fc.constant(example)] : [];
    return fc.oneof(some, this.word(), ...likely);
  }

  private word(): fc.Arbitrary<string> {
    return this.words.length > 0 ? fc.constantFrom(...this.words) : fc.uuid();
  }

  private resolved(schema: ValueSchema): ValueSchema {
    if (schema.$ref !== undefined) {
      return this.resolved(this.document.components.schemas[schema.$ref.split('/').at(-1)!]!);
    }
    return schema.allOf?.[0] ? this.resolved(schema.allOf[0]) : schema;
  }
}
