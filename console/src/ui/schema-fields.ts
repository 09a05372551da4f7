/** How a field of an action's input is drawn. */
export type FieldKind = 'text' | 'choice' | 'instant' | 'switch' | 'number' | 'person' | 'json';

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly help: string | undefined;
  readonly kind: FieldKind;
  readonly required: boolean;
  readonly nullable: boolean;
  readonly choices: readonly string[];
  readonly maxLength: number | undefined;
}

/** A form of an input: its fields, and the groups of which exactly one is to be filled in. */
export interface Form {
  readonly fields: readonly Field[];
  /** The fields of each alternative of `oneOf`; empty without alternatives. */
  readonly alternatives: readonly (readonly string[])[];
}

/** What is typed, by field: text as it stands in the control, or whether a switch is on. */
export type Values = Readonly<Record<string, string | boolean>>;

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly title?: string;
  readonly description?: string;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly JsonSchema[];
}

/** The form of a JSON Schema of an object. What it can't draw is typed as JSON. */
export function formOf(inputSchema: unknown): Form {
  const { properties = {}, required = [], oneOf = [] } = inputSchema as JsonSchema;
  const fields = Object.entries(properties).map(([name, schema]) => ({
    name,
    label: schema.title ?? labelOf(name),
    help: schema.description,
    kind: kindOf(name, schema),
    required: required.includes(name),
    nullable: typesOf(schema).includes('null'),
    choices: (schema.enum ?? []).filter((value) => value !== null).map(String),
    maxLength: schema.maxLength,
  }));
  const alternatives = oneOf.map((each) => each.required ?? []).filter(({ length }) => length > 0);
  return { fields, alternatives: alternatives.length > 1 ? alternatives : [] };
}

/** The fields that are shown with an alternative: its own, and those of no alternative. */
export function fieldsWith({ fields, alternatives }: Form, chosen: number): Field[] {
  const own = alternatives[chosen] ?? [];
  const others = alternatives.flat().filter((name) => !own.includes(name));
  return fields
    .filter(({ name }) => !others.includes(name))
    .map((field) => (own.includes(field.name) ? { ...field, required: true } : field));
}

/** The input of the fields that are shown; throws a SyntaxError for JSON that is none. */
export function inputOf(fields: readonly Field[], values: Values): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const field of fields) {
    const value = valueOf(field, values[field.name]);
    if (value !== undefined) input[field.name] = value;
  }
  return input;
}

/** `untilWorse` → `Until worse`; `assigneeId` → `Assignee`. */
export function labelOf(name: string): string {
  const words = name
    .replace(/Id$/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function kindOf(name: string, schema: JsonSchema): FieldKind {
  const types = typesOf(schema);
  if (schema.enum) return 'choice';
  if (schema.format === 'date-time') return 'instant';
  if (types.includes('boolean')) return 'switch';
  if (types.includes('number') || types.includes('integer')) return 'number';
  if (schema.format === 'uuid' && /(?:assignee|user|person|owner)/i.test(name)) return 'person';
  if (types.includes('string')) return 'text';
  return 'json';
}

function typesOf({ type = [] }: JsonSchema): readonly string[] {
  return typeof type === 'string' ? [type] : type;
}

/** Undefined: left out. */
function valueOf({ kind, nullable }: Field, value: string | boolean | undefined): unknown {
  if (typeof value === 'boolean') return value ? true : undefined;
  if (value === undefined || value === '') return kind === 'person' && nullable ? null : undefined;
  switch (kind) {
    case 'number':
      return Number(value);
    case 'instant':
      return new Date(value).toISOString();
    case 'json':
      return JSON.parse(value) as unknown;
    default:
      return value;
  }
}
