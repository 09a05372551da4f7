import { type JSX } from 'react';
import { Problem } from '../../../ui/problem.js';
import { ImportOutcome } from './import-outcome.js';
import { FileFault } from './send-file.js';
import { type FileImport } from './use-import.js';

/** How far the file is: checked, imported, or what is wrong with it. */
export function ImportState({ run }: { readonly run: FileImport }): JSX.Element {
  const { check, done, error, isImporting, isCutOff } = run;
  if (isImporting) return <Progress text="Importing…" />;
  if (done) return <ImportOutcome answer={done} />;
  if (isCutOff) {
    return (
      <div className="problem" role="alert">
        <p>The import was cut off: part of the file may be stored.</p>
        <p className="sub">Check it again: what is stored by now counts as unchanged.</p>
        <p className="acts">
          <button type="button" className="b" onClick={run.recheck}>
            Check again
          </button>
        </p>
      </div>
    );
  }
  if (check.isFetching) return <Progress text="Checking…" />;
  const fault = error ?? check.error;
  if (fault instanceof FileFault) {
    return (
      <p className="fault" role="alert">
        {fault.message}
      </p>
    );
  }
  if (fault) return <Problem error={fault} retry={run.recheck} />;
  return check.data ? <ImportOutcome answer={check.data} /> : <Progress text="Checking…" />;
}

function Progress({ text }: { readonly text: string }): JSX.Element {
  return (
    <div className="progress" role="status">
      <progress aria-label={text} />
      <span className="sub">{text}</span>
    </div>
  );
}
