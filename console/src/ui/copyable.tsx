import { type JSX } from 'react';
import { notify } from './notices.js';

/** A short text with a button that copies it, where the browser lets a page do so. */
export function Copyable({
  name,
  text,
}: {
  readonly name: string;
  readonly text: string;
}): JSX.Element {
  return (
    <span className="copyable">
      <code className="code">{text}</code>{' '}
      {isSecureContext && (
        <button
          type="button"
          className="link"
          aria-label={`Copy the ${name}`}
          onClick={() => void navigator.clipboard.writeText(text).then(() => notify('Copied'))}
        >
          Copy
        </button>
      )}
    </span>
  );
}
