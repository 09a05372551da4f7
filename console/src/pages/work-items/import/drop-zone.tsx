import { type DragEvent, type JSX, useState } from 'react';

interface Props {
  /** What the button says. */
  readonly label: string;
  readonly disabled?: boolean;
  readonly onFile: (file: File) => void;
}

/** Takes one file: dropped, or chosen. */
export function DropZone({ label, disabled = false, onFile }: Props): JSX.Element {
  const [isOver, setOver] = useState(false);
  const [fault, setFault] = useState<string>();
  const take = (files: FileList | null): void => {
    const [file, ...others] = files ?? [];
    setFault(others.length > 0 ? 'One file at a time.' : undefined);
    if (file && others.length === 0) onFile(file);
  };
  const over = (event: DragEvent, isInside: boolean): void => {
    event.preventDefault();
    setOver(isInside && !disabled);
  };
  return (
    <div
      className={isOver ? 'drop-zone over' : 'drop-zone'}
      onDragEnter={(event) => over(event, true)}
      onDragOver={(event) => over(event, true)}
      onDragLeave={(event) => over(event, false)}
      onDrop={(event) => {
        over(event, false);
        if (!disabled) take(event.dataTransfer.files);
      }}
    >
      <label className="b">
        <input
          type="file"
          className="hidden-text"
          accept=".csv,.tsv,.txt,text/csv"
          disabled={disabled}
          onChange={(event) => {
            take(event.target.files);
            // The same file, corrected, can be chosen again.
            event.target.value = '';
          }}
        />
        {label}
      </label>
      <span className="sub">or drop it here</span>
      {fault !== undefined && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}
