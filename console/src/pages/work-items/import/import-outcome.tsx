import { type JSX } from 'react';
import { byLine, outcomeText } from './import-errors.js';
import { type ImportAnswer } from './send-file.js';

const COUNTS = ['rows', 'created', 'updated', 'unchanged', 'failed'] as const;

/** What an import did, or would do, with the errors of the file by their lines. */
export function ImportOutcome({ answer }: { readonly answer: ImportAnswer }): JSX.Element {
  const { errors, moreErrors } = answer;
  return (
    <div className="outcome">
      <p role="status">
        <strong>{outcomeText(answer)}</strong>
      </p>
      <dl className="counts">
        {COUNTS.map((name) => (
          <div key={name} className={name === 'failed' && answer.failed > 0 ? 'wrong' : undefined}>
            <dt>{name}</dt>
            <dd>{answer[name]}</dd>
          </div>
        ))}
      </dl>
      {errors.length > 0 && (
        <div className="row-errors" role="region" aria-label="Errors of the file" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Line</th>
                <th scope="col">Field</th>
                <th scope="col">What is wrong</th>
              </tr>
            </thead>
            <tbody>
              {byLine(errors).flatMap(({ line, errors: found }) =>
                found.map(({ field, message }, index) => (
                  <tr key={`${line} ${field} ${message}`}>
                    {index === 0 && (
                      <th scope="rowgroup" rowSpan={found.length}>
                        {line}
                      </th>
                    )}
                    <td>
                      <code>{field}</code>
                    </td>
                    <td>{message}</td>
                  </tr>
                )),
              )}
            </tbody>
          </table>
          {moreErrors > 0 && <p className="sub">and {moreErrors} more</p>}
        </div>
      )}
    </div>
  );
}
