import { type JSX } from 'react';

export type Tone = 'good' | 'bad' | 'warn' | 'quiet';

/** A state as a word with a dot; the colour never says it alone. */
export function Badge({ tone, text }: { readonly tone: Tone; readonly text: string }): JSX.Element {
  return (
    <span className={`badge ${tone}`}>
      <i aria-hidden="true" />
      {text}
    </span>
  );
}
