import { type JSX, type ReactNode, useEffect, useRef } from 'react';
import { Dialog } from './dialog.js';
import { Problem } from './problem.js';

interface Props {
  readonly title: string;
  readonly description?: ReactNode;
  readonly submitLabel: string;
  readonly danger?: boolean;
  /** The change that it sends: its state, and its problem. */
  readonly change: { readonly isPending: boolean; readonly error: Error | null };
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}

/** A form in a dialog, or a question where it has no fields; it stays open until the change is done. */
export function FormDialog(props: Props): JSX.Element {
  const {
    title,
    description,
    submitLabel,
    danger = false,
    change,
    onSubmit,
    onClose,
    children,
  } = props;
  const { error } = change;
  const problem = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (error) problem.current?.scrollIntoView({ block: 'nearest' });
  }, [error]);
  return (
    <Dialog title={title} description={description} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!change.isPending) onSubmit();
        }}
      >
        {children}
        <div ref={problem} className="dialog-problem">
          {error && <Problem error={error} />}
        </div>
        <div className="dialog-acts">
          <button className="b" type="button" onClick={onClose}>
            Cancel
          </button>
          <button className={danger ? 'b d' : 'b p'} type="submit" disabled={change.isPending}>
            {submitLabel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
