import { type JSX } from 'react';
import { labelOf } from '../../../ui/schema-fields.js';
import { saveFile } from '../../../ui/save-file.js';
import { statesOf, type WorkItemKind } from '../../../work-item/kinds.js';
import { COLUMNS, templateOf } from './template.js';

const NEEDED: readonly string[] = ['externalId', 'state', 'title'];

/** The columns that an import takes, and a file to begin with. */
export function ImportHelp({ kind }: { readonly kind: WorkItemKind }): JSX.Element {
  const save = (): void => {
    const file = new Blob([templateOf(kind, Date.now())], { type: 'text/csv' });
    saveFile(`${kind}.csv`, file);
  };
  return (
    <details className="import-help">
      <summary>Columns of the file</summary>
      <p>
        {COLUMNS.map((name, index) => (
          <span key={name}>
            {index > 0 && ', '}
            <code>{name}</code>
            {NEEDED.includes(name) && ' (needed)'}
          </span>
        ))}
        . Every other column is an attribute. Dates are <code>2026-12-31</code> or{' '}
        <code>2026-12-31T17:00:00Z</code>, in UTC; <code>attributes</code> is a JSON object. An
        empty cell says nothing.
      </p>
      <p>
        States of <code>{kind}</code>: {statesOf(kind).join(', ')}.
      </p>
      <p>
        <button type="button" className="link" onClick={save}>
          Download a template: {labelOf(kind)}
        </button>
      </p>
    </details>
  );
}
