import { type JSX } from 'react';

/** A value as indented JSON; it is read by keyboard, too. */
export function Json({
  label,
  value,
}: {
  readonly label: string;
  readonly value: unknown;
}): JSX.Element {
  return (
    <pre className="json" tabIndex={0} role="region" aria-label={label}>
      {JSON.stringify(value, null, 2)}
    </pre>
  );
}
