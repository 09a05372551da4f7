import { type JSX } from 'react';
import { ApiProblem } from '../api/client.js';

interface Props {
  readonly error: Error;
  readonly retry?: () => void;
}

/** What went wrong, as the server says it, with what the operators need to find it. */
export function Problem({ error, retry }: Props): JSX.Element {
  const known = error instanceof ApiProblem;
  const detail = known ? error.message : 'The server can’t be reached.';
  const code = known ? error.code : 'NO_ANSWER';
  const requestId = known ? error.requestId : undefined;
  const text = `${detail} (${code}${requestId === undefined ? '' : `, request ${requestId}`})`;
  return (
    <div className="problem" role="alert">
      <p>{detail}</p>
      {known && error.fields.length > 0 && (
        <ul>
          {error.fields.map(({ field, message }) => (
            <li key={`${field} ${message}`}>
              <code>{field}</code>: {message}
            </li>
          ))}
        </ul>
      )}
      <p className="code">
        {code}
        {requestId !== undefined && <> · request {requestId}</>}
      </p>
      <p className="acts">
        {retry && (
          <button className="b" type="button" onClick={retry}>
            Try again
          </button>
        )}
        {isSecureContext && (
          <button
            className="b"
            type="button"
            onClick={() => void navigator.clipboard.writeText(text)}
          >
            Copy
          </button>
        )}
      </p>
    </div>
  );
}
