import { type JSX, type ReactNode, useEffect, useRef } from 'react';
import { isLost } from '../api/is-lost.js';
import { Dialog } from './dialog.js';
import { Lost } from './lost.js';
import { Problem } from './problem.js';

interface Props {
  readonly title: string;
  readonly description?: ReactNode;
  readonly submitLabel: string;
  readonly danger?: boolean;
  /** The change that it sends: its state, and its problem; none for a form that sends nothing. */
  readonly change?: { readonly isPending: boolean; readonly error: Error | null };
  /** What to look at where the outcome is unknown. */
  readonly lost?: ReactNode;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}

const NOTHING_SENT = { isPending: false, error: null };

/**
 * A form in a dialog, or a question where it has no fields. It stays open until the change is done, and can't be
 * closed while that is under way: what it came to, and what is shown once, would be lost.
 */
export function FormDialog(props: Props): JSX.Element {
  const {
    title,
    description,
    submitLabel,
    danger = false,
    change = NOTHING_SENT,
    lost = 'The outcome is unknown: it may have been done. Look before you send it again.',
    onSubmit,
    onClose,
    children,
  } = props;
  const { isPending, error } = change;
  const problem = useRef<HTMLDivElement>(null);
  /** From the submission until the state of the change says so, which it does a turn later. */
  const isSubmitted = useRef(false);
  const isUnderWay = (): boolean => isPending || isSubmitted.current;
  const close = (): void => {
    if (!isUnderWay()) onClose();
  };
  const submit = (): void => {
    if (isUnderWay()) return;
    isSubmitted.current = true;
    onSubmit();
    setTimeout(() => {
      isSubmitted.current = false;
    });
  };
  useEffect(() => {
    if (error) problem.current?.scrollIntoView({ block: 'nearest' });
  }, [error]);
  return (
    <Dialog title={title} description={description} onClose={close}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {children}
        {isLost(error) && <Lost>{lost}</Lost>}
        <div ref={problem} className="dialog-problem">
          {error && <Problem error={error} />}
        </div>
        <div className="dialog-acts">
          <button className="b" type="button" disabled={isPending} onClick={close}>
            Cancel
          </button>
          <button className={danger ? 'b d' : 'b p'} type="submit" disabled={isPending}>
            {submitLabel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
