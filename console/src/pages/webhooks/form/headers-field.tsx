import { type JSX } from 'react';
import { EMPTY_HEADER, type HeaderRow } from './webhook-values.js';

interface Props {
  readonly value: readonly HeaderRow[];
  /** Whether the URL goes to another origin, where the headers that are stored are not sent. */
  readonly isMoving: boolean;
  readonly onChange: (rows: readonly HeaderRow[]) => void;
}

/** Own headers of each request. Values that are stored are not shown: they stay, are replaced or removed. */
export function HeadersField({ value, isMoving, onChange }: Props): JSX.Element {
  const set = (index: number, change: Partial<HeaderRow>): void =>
    onChange(value.map((row, at) => (at === index ? { ...row, ...change } : row)));
  const hasStored = value.some(({ isStored }) => isStored);
  return (
    <fieldset className="choices">
      <legend>Headers</legend>
      {value.map((row, index) => (
        <Row
          key={row.isStored ? row.name : index}
          row={row}
          number={index + 1}
          keeps={row.isStored && !isMoving}
          onChange={(change) => set(index, change)}
          onRemove={() => onChange(value.filter((_, at) => at !== index))}
        />
      ))}
      <p className="help">
        {isMoving && hasStored
          ? 'Another origin: the values that are stored are not sent there. Give them anew; a header without a value is dropped.'
          : 'Sent with each request, for example for a gateway. Their values are stored encrypted and never shown again.'}
      </p>
      <div>
        <button type="button" className="b" onClick={() => onChange([...value, EMPTY_HEADER])}>
          Add a header
        </button>
      </div>
    </fieldset>
  );
}

interface RowProps {
  readonly row: HeaderRow;
  readonly number: number;
  /** Whether its value stays where none is typed. */
  readonly keeps: boolean;
  readonly onChange: (change: Partial<HeaderRow>) => void;
  readonly onRemove: () => void;
}

function Row({ row, number, keeps, onChange, onRemove }: RowProps): JSX.Element {
  const { name, value, isStored, isRemoved } = row;
  const called = name === '' ? `header ${number}` : name;
  const verb = isRemoved ? 'Keep' : 'Remove';
  return (
    <div className={isRemoved ? 'header-row removed' : 'header-row'}>
      <input
        aria-label={`Name of header ${number}`}
        placeholder="X-Api-Key"
        autoComplete="off"
        maxLength={100}
        readOnly={isStored}
        value={name}
        onChange={(event) => onChange({ name: event.target.value })}
      />
      <input
        aria-label={`Value of ${called}`}
        type="password"
        autoComplete="off"
        maxLength={2000}
        placeholder={isRemoved ? 'is removed' : keeps ? 'stays as it is' : 'Value'}
        disabled={isRemoved}
        value={value}
        onChange={(event) => onChange({ value: event.target.value })}
      />
      <button
        type="button"
        className="b"
        aria-label={`${verb} ${called}`}
        onClick={() => (isStored ? onChange({ isRemoved: !isRemoved, value: '' }) : onRemove())}
      >
        {verb}
      </button>
    </div>
  );
}
