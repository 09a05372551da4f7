import { type JSX, type ReactNode } from 'react';
import { Dialog } from './dialog.js';
import { notify } from './notices.js';
import { Secret } from './secret.js';

interface Props {
  readonly title: string;
  readonly description: ReactNode;
  /** What the secret is called. */
  readonly label: string;
  readonly value: string;
  /** What is said when it is closed: the secret is gone, and what to do without it. */
  readonly gone: string;
  readonly onClose: () => void;
}

/** Shows a new secret, this once. */
export function SecretDialog(props: Props): JSX.Element {
  const { title, description, label, value, gone, onClose } = props;
  const close = (): void => {
    notify(gone);
    onClose();
  };
  return (
    <Dialog title={title} description={description} onClose={close}>
      <Secret label={label} value={value} />
      <div className="dialog-acts">
        <button type="button" className="b p" onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
