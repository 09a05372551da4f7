import { Ajv2020, type AnySchema, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** The parts of a JSON schema that the kit reads. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | string[];
  readonly format?: string;
  readonly example?: unknown;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly example?: unknown;
  readonly schema?: Schema;
}

interface MediaType {
  readonly schema?: Schema;
  readonly example?: unknown;
  readonly examples?: Readonly<
    Record<string, { readonly value?: unknown; readonly $ref?: string }>
  >;
}

interface Content {
  readonly content?: Readonly<Record<string, MediaType>>;
}

interface OperationObject {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly unknown[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content;
  readonly responses: Readonly<
    Record<string, Content & { readonly description?: string; readonly headers?: object }>
  >;
}

export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly examples: Readonly<Record<string, { readonly value: unknown }>>;
  };
  readonly tags: readonly { readonly name: string; readonly description?: string }[];
}

/** A method on a path, with what the document says of it. */
export class Operation {
  constructor(
    readonly method: string,
    readonly path: string,
    readonly described: OperationObject,
  ) {}

  get name(): string {
    return `${this.method.toUpperCase()} ${this.path}`;
  }

  get needsToken(): boolean {
    return (this.described.security ?? []).length > 0;
  }

  /** Whether its answer is a stream that does not end. */
  get streams(): boolean {
    return this.successType === 'text/event-stream';
  }

  /** The media type of its success, or of the first of them. */
  get successType(): string | undefined {
    const found = Object.entries(this.described.responses).find(([status]) => status < '300');
    return Object.keys(found?.[1].content ?? {})[0];
  }

  /** Names of the parameters in this place. */
  parameters(place: Parameter['in']): string[] {
    return (this.described.parameters ?? [])
      .filter((parameter) => parameter.in === place)
      .map(({ name }) => name);
  }

  /** Schema of the JSON body; undefined where it takes none. */
  get body(): Schema | undefined {
    return this.described.requestBody?.content?.['application/json']?.schema;
  }

  /** The media type of its body; that of JSON where it takes none. */
  get bodyType(): string {
    return Object.keys(this.described.requestBody?.content ?? {})[0] ?? 'application/json';
  }

  /** An example of a body that is no JSON; undefined where it takes none. */
  get textBody(): string | undefined {
    if (this.bodyType === 'application/json') return undefined;
    return this.described.requestBody?.content?.[this.bodyType]?.schema?.example as string;
  }

  /** The examples of the JSON body, as the API page prefills them. */
  get bodyExamples(): unknown[] {
    const { example, examples = {} } =
      this.described.requestBody?.content?.['application/json'] ?? {};
    const named = Object.values(examples).map(({ value }) => value);
    return example === undefined ? named : [example, ...named];
  }

  /** What the API page prefills for the parameters in this place. */
  prefilled(place: Parameter['in']): Record<string, string> {
    const values: Record<string, string> = {};
    for (const { name, in: where, example, schema } of this.described.parameters ?? []) {
      const value = example ?? schema?.example ?? schema?.default;
      if (where === place && value !== undefined) values[name] = textOf(value);
    }
    return values;
  }

  /** The path with values in it. */
  pathWith(values: Readonly<Record<string, string>>): string {
    return this.path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? `{${name}}`);
  }
}

/** Every operation of the document. */
export function operationsOf(document: OpenApiDocument): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, described]) => new Operation(method, path, described)),
  );
}

/** Checks answers against the document's schemas; an answer holds what is described and nothing else. */
export class AnswerSchemas {
  private readonly ajv = new Ajv2020({ allErrors: true, strict: false });
  private readonly known = new Map<Schema, ValidateFunction>();

  constructor(private readonly document: OpenApiDocument) {
    addFormats.default(this.ajv);
  }

  /** What is wrong with an answer's body as the document describes this status; undefined if nothing. */
  problemOf(operation: Operation, status: number, type: string, body: unknown): string | undefined {
    const response = operation.described.responses[status];
    if (!response) return `answers ${status}, which is not documented`;
    const content = Object.entries(response.content ?? {});
    if (content.length === 0) {
      return status === 204 ? undefined : `documents no content of its ${status}`;
    }
    const [[documentedType, { schema }]] = content as [[string, { schema?: Schema }]];
    if (!type.startsWith(documentedType)) return `answers ${status} as ${type || 'nothing'}`;
    if (!schema) return `documents no schema of its ${status}`;
    const validate = this.validatorOf(schema);
    if (validate(body)) return undefined;
    return `answers ${status} unlike its schema: ${this.ajv.errorsText(validate.errors)}`;
  }

  private validatorOf(schema: Schema): ValidateFunction {
    let validate = this.known.get(schema);
    if (!validate) {
      const components = closed(this.document.components);
      validate = this.ajv.compile({ ...(closed(schema) as object), components } as AnySchema);
      this.known.set(schema, validate);
    }
    return validate;
  }
}

/** The schema with every object closed that does not say that it is open. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, closed(part)]));
  const isObject = typeof copy.properties === 'object' && copy.type === 'object';
  return isObject && !('additionalProperties' in copy)
    ? { ...copy, additionalProperties: false }
    : copy;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
