/** The parts of a JSON schema that an example is made from. */
export interface ExampleSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly example?: unknown;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly allOf?: readonly ExampleSchema[];
  readonly oneOf?: readonly ExampleSchema[];
  readonly items?: ExampleSchema;
  readonly properties?: Readonly<Record<string, ExampleSchema>>;
  readonly required?: readonly string[];
}

interface SchemaHost {
  readonly components?: { readonly schemas?: Readonly<Record<string, object>> };
}

/** A value after a schema: of an object the required properties, and those that have an example. */
export function exampleOf(schema: ExampleSchema, document: SchemaHost): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.default !== undefined) return schema.default;
  if (schema.$ref !== undefined) {
    const named = document.components?.schemas?.[schema.$ref.split('/').at(-1) ?? ''];
    return exampleOf(named ?? {}, document);
  }
  if (schema.enum) return schema.enum[0];
  const [first] = schema.oneOf ?? schema.allOf ?? [];
  if (first) return exampleOf(first, document);
  switch (typeof schema.type === 'object' ? schema.type[0] : schema.type) {
    case 'array':
      return schema.items ? [exampleOf(schema.items, document)] : [];
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(
            ([name, property]) =>
              schema.required?.includes(name) === true || property.example !== undefined,
          )
          .map(([name, property]) => [name, exampleOf(property, document)]),
      );
    case 'number':
    case 'integer':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    default:
      return schema.format === 'date-time' ? '2026-01-01T00:00:00Z' : 'text';
  }
}
