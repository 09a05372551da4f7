import { getMetadataArgsStorage } from 'typeorm';
import { SnakeCaseNaming } from './snake-case-naming.js';

/** A column of a table. */
interface Column<Key> {
  readonly property: Key;
  /** Its name in the table. */
  readonly name: string;
  /** Its type in SQL, such as `timestamptz`, without a precision. */
  readonly type: string;
}

/** SQL expressions, by the property that they give a value to. */
type Expressions<Key extends string> = Readonly<Record<Key, string>>;

/** A row that holds these columns: `RowOf<typeof COLUMNS>`. */
export type RowOf<C> =
  C extends Columns<infer Entity, infer Key> ? Readonly<Pick<Entity, Key>> : never;

const naming = new SnakeCaseNaming();

/**
 * All columns of an entity's table, in the order of its properties. A relation has no column of its
 * own: of an entity that has one, choose the columns with `only`.
 */
export function columnsOf<Entity extends object>(
  entity: new () => Entity,
): Columns<Entity, keyof Entity & string> {
  const columns = getMetadataArgsStorage()
    .filterColumns(entity)
    .map(({ propertyName, options }) => ({
      property: propertyName as keyof Entity & string,
      name: naming.columnName(propertyName, options.name, []),
      type: typeName(String(options.type)),
    }));
  return new Columns(entity.name, columns);
}

function typeName(type: string): string {
  return type === 'timestamp with time zone' ? 'timestamptz' : type;
}

/**
 * Columns of one table, named once: in its entity. Created when a file is imported, to build constant
 * statements; only `values` runs per request.
 */
export class Columns<Entity extends object, Key extends keyof Entity & string> {
  constructor(
    private readonly entityName: string,
    private readonly columns: readonly Column<Key>[],
  ) {}

  /** These columns, in this order; throws for a property that is no column. */
  only<K extends Key>(...properties: readonly K[]): Columns<Entity, K> {
    const columns = properties.map((property) => this.column(property) as Column<K>);
    return new Columns<Entity, K>(this.entityName, columns);
  }

  /** All columns but these; throws for a property that is no column. */
  without<K extends Key>(...properties: readonly K[]): Columns<Entity, Exclude<Key, K>> {
    const left = new Set<string>(properties.map((property) => this.column(property).name));
    const columns = this.columns.filter(({ name }) => !left.has(name));
    return new Columns(this.entityName, columns as Column<Exclude<Key, K>>[]);
  }

  /** The properties of these columns. */
  get properties(): readonly Key[] {
    return this.columns.map(({ property }) => property);
  }

  /** Number of columns, which is also the number of the last parameter. */
  get size(): number {
    return this.columns.length;
  }

  /** `id, source_type`, or `alias.id, alias.source_type` */
  names(alias?: string): string {
    return this.join(({ name }) => qualified(name, alias));
  }

  /** `source_type` */
  name(property: Key, alias?: string): string {
    return qualified(this.column(property).name, alias);
  }

  /** The type of a column in SQL: `uuid` */
  type(property: Key): string {
    return this.column(property).type;
  }

  /**
   * What a SELECT or RETURNING lists, each column under its property's name: `id, source_type AS
   * "sourceType"`. An expression replaces the column of its property.
   */
  select(alias?: string, expressions: Partial<Expressions<Key>> = {}): string {
    return this.join(({ property, name }) => {
      const expression = expressions[property];
      if (expression === undefined && name === property) return qualified(name, alias);
      return `${expression ?? qualified(name, alias)} AS "${property}"`;
    });
  }

  /** `$1, $2`: where {@link values} are bound. */
  parameters(): string {
    return this.join((_, index) => `$${index + 1}`);
  }

  /** The parameter of one property: `$2` */
  parameter(property: Key): string {
    return `$${this.columns.indexOf(this.column(property)) + 1}`;
  }

  /** The values of a record for {@link parameters}: JSON as text, null as null. */
  values(record: Readonly<Pick<Entity, Key>>): unknown[] {
    return this.columns.map(({ property, type }) => {
      const value: unknown = record[property];
      return type === 'jsonb' && value !== null ? JSON.stringify(value) : value;
    });
  }

  /** The definition of records in a JSON array, for `jsonb_to_recordset`: `"sourceType" text` */
  recordset(): string {
    return this.join(({ property, type }) => `"${property}" ${type}`);
  }

  /**
   * The fields of such records, in the order of the columns: `alias."sourceType"`. An expression replaces
   * the field of its property.
   */
  fields(alias: string, expressions: Partial<Expressions<Key>> = {}): string {
    return this.join(({ property }) => expressions[property] ?? `${alias}."${property}"`);
  }

  /** An expression for each column, in the order of the columns. */
  expressions(expressions: Expressions<Key>): string {
    return this.join(({ property }) => expressions[property]);
  }

  /** What an UPDATE sets from another row: `source_type = excluded.source_type` */
  assignments(source: string): string {
    return this.join(({ name }) => `${name} = ${source}.${name}`);
  }

  private column(property: Key): Column<Key> {
    const column = this.columns.find((other) => other.property === property);
    if (!column) throw new Error(`${this.entityName} has no column for "${property}" here.`);
    return column;
  }

  private join(part: (column: Column<Key>, index: number) => string): string {
    return this.columns.map(part).join(', ');
  }
}

function qualified(name: string, alias: string | undefined): string {
  return alias === undefined ? name : `${alias}.${name}`;
}
