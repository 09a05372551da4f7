import { type Columns } from './columns.js';

/** The position of a row in its list: its values of the columns that order the list. */
export type Position = readonly (string | number)[];

/** One of the columns that order a list. */
export interface KeysetColumn<Row> {
  /** The column, or an expression instead of it. */
  readonly sql: string;
  /** Its type in SQL, which a parameter is cast to. */
  readonly type: string;
  /** Its value in a row. */
  readonly of: (row: Row) => string | number | Date;
}

/** The properties of an entity whose values can be in a cursor. */
type Sortable<Entity> = {
  [Key in keyof Entity & string]: Entity[Key] extends string | number | Date ? Key : never;
}[keyof Entity & string];

/** Whether the columns of a keyset descend or ascend, all alike. */
export type KeysetDirection = 'DESC' | 'ASC';

/**
 * The order of a list: by these columns, all descending unless said otherwise; the last one is unique. It
 * gives the ORDER BY, the position of a row, and the condition for the rows after a position.
 */
export class Keyset<Row> {
  /** What follows ORDER BY. */
  readonly order: string;

  constructor(
    private readonly columns: readonly KeysetColumn<Row>[],
    private readonly direction: KeysetDirection = 'DESC',
  ) {
    this.order = columns.map(({ sql }) => `${sql} ${direction}`).join(', ');
  }

  /** The order by columns of an entity. */
  static by<Entity extends object, Key extends Sortable<Entity>>(
    columns: Columns<Entity, Key>,
    alias?: string,
    direction: 'ASC' | 'DESC' = 'DESC',
  ): Keyset<Pick<Entity, Key>> {
    return new Keyset(
      columns.properties.map((property) => ({
        sql: columns.name(property, alias),
        type: columns.type(property),
        of: (row) => row[property] as string | number | Date,
      })),
      direction,
    );
  }

  /** The position of a row; times to the millisecond. */
  readonly positionOf = (row: Row): Position =>
    this.columns.map(({ of }) => {
      const value = of(row);
      return value instanceof Date ? value.toISOString() : value;
    });

  /**
   * Whether a row comes after the position that is bound to the parameters: one row comparison, which an
   * index on the same columns answers directly.
   */
  behind(parameters: readonly string[]): string {
    const columns = this.columns.map(({ sql }) => sql).join(', ');
    const values = this.columns.map(({ type }, index) => `${parameters[index] ?? ''}::${type}`);
    return `(${columns}) ${this.direction === 'DESC' ? '<' : '>'} (${values.join(', ')})`;
  }
}
