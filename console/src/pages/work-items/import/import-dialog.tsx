import { type JSX, useState } from 'react';
import { Dialog } from '../../../ui/dialog.js';
import { DropZone } from './drop-zone.js';
import { storedBy } from './import-errors.js';
import { ImportHelp } from './import-help.js';
import { ImportOptionFields } from './import-option-fields.js';
import { ImportState } from './import-state.js';
import { sizeText } from './size-text.js';
import { useImport } from './use-import.js';

interface Props {
  /** The scope that the list shows: that of the rows that name none. */
  readonly scope: string;
  readonly onClose: () => void;
}

/** Imports a file in CSV: it is checked without storing anything, then imported. */
export function ImportDialog({ scope, onClose }: Props): JSX.Element {
  const [first] = useState(scope.includes('*') ? '' : scope);
  const run = useImport(first);
  const { file, options, check, isImporting, done } = run;
  const stored = check.data && !check.isFetching ? storedBy(check.data) : 0;
  const canImport = stored > 0 && !isImporting && !run.isCutOff;
  return (
    <Dialog
      title="Import work items"
      description="Each row of a CSV file is pushed like an item: a new one is created, a known one replaced."
      onClose={() => isImporting || onClose()}
    >
      <div className="import form">
        {file && (
          <p className="chosen">
            <strong>{file.name}</strong> <span className="sub">{sizeText(file.size)}</span>
          </p>
        )}
        <DropZone
          label={file ? 'Choose another file' : 'Choose a CSV file'}
          disabled={isImporting}
          onFile={run.choose}
        />
        <ImportOptionFields
          options={options}
          disabled={isImporting || done !== undefined}
          onChange={run.setOptions}
        />
        <ImportHelp kind={options.kind === '' ? 'reminder' : options.kind} />
        {file && <ImportState run={run} />}
        <div className="dialog-acts">
          {isImporting ? (
            <button className="b" type="button" onClick={run.stop}>
              Stop
            </button>
          ) : (
            <button className="b" type="button" onClick={onClose}>
              {done ? 'Close' : 'Cancel'}
            </button>
          )}
          {!done && (
            <button className="b p" type="button" disabled={!canImport} onClick={run.start}>
              {stored > 0 ? `Import ${stored} ${stored === 1 ? 'row' : 'rows'}` : 'Import'}
            </button>
          )}
        </div>
      </div>
    </Dialog>
  );
}
