import { type JSX, type Ref, useEffect, useState } from 'react';

interface Props {
  readonly ref: Ref<HTMLInputElement>;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

/** Pause after the last letter before the list is searched, in ms. */
const TYPING_MS = 250;

/** The search of a list; what is typed goes into the address after a pause. */
export function Search({ ref, value, onChange }: Props): JSX.Element {
  const [typed, setTyped] = useState(value);
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    setSeen(value);
    // The address changed by something else, such as the filters being cleared. A blank at the end is still typed.
    if (typed.trim() !== value) setTyped(value);
  }
  useEffect(() => {
    const text = typed.trim();
    if (text === value) return undefined;
    const timer = setTimeout(() => onChange(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return (
    <input
      ref={ref}
      className="search"
      type="search"
      aria-label="Search"
      placeholder="Search   /"
      maxLength={200}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
    />
  );
}
