import { type JSX, type ReactNode } from 'react';

/** A column of a table. */
export interface Column<T> {
  /** Its heading; on a phone, the name before the value. */
  readonly name: string;
  readonly cell: (row: T) => ReactNode;
  /** Figures stand at the right. */
  readonly isNumber?: boolean;
  /** Takes the room that is left; its text ends in an ellipsis. */
  readonly isWide?: boolean;
  /** Holds buttons: its heading is for screen readers alone. */
  readonly isActs?: boolean;
}

interface Props<T> {
  /** What the table lists, for screen readers. */
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string;
  /** The key of the row whose details are shown. */
  readonly selected?: string;
  /** On a phone, the short values of a row stand side by side. */
  readonly isCompact?: boolean;
}

/** A table; on a phone, each row is a block with the names of its values. */
export function Table<T>(props: Props<T>): JSX.Element {
  const { label, columns, rows, keyOf, selected, isCompact = false } = props;
  return (
    <table className={isCompact ? 'table compact' : 'table'} aria-label={label}>
      <thead>
        <tr>
          {columns.map(({ name, isNumber, isActs }) => (
            <th key={name} scope="col" className={isNumber === true ? 'number' : undefined}>
              {isActs === true ? <span className="hidden-text">{name}</span> : name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const key = keyOf(row);
          return (
            <tr key={key} className={key === selected ? 'sel' : undefined}>
              {columns.map(({ name, cell, isNumber, isWide, isActs }) => (
                <td
                  key={name}
                  data-name={isActs === true ? undefined : name}
                  className={isNumber === true ? 'number' : isWide === true ? 'wide' : undefined}
                >
                  {cell(row)}
                </td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
