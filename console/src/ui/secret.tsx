import { type JSX, useId } from 'react';
import { notify } from './notices.js';

/** A secret that is shown once, to be copied. */
export function Secret({
  label,
  value,
}: {
  readonly label: string;
  readonly value: string;
}): JSX.Element {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="secret">
        <input id={id} readOnly value={value} onFocus={(event) => event.currentTarget.select()} />
        {isSecureContext && (
          <button
            type="button"
            className="b"
            onClick={() => void navigator.clipboard.writeText(value).then(() => notify('Copied'))}
          >
            Copy
          </button>
        )}
      </div>
      <p className="help">It is shown this once. Keep it where secrets are kept.</p>
    </div>
  );
}
