import { type JSX } from 'react';
import { Dialog } from '../../ui/dialog.js';
import { ACTION_KEYS } from './action-keys.js';

interface Props {
  readonly onClose: () => void;
}

/** The keys of the queue. */
export function Help({ onClose }: Props): JSX.Element {
  const rows: readonly (readonly [string, string])[] = [
    ['j  k', 'Next, previous'],
    ['Enter', 'Open'],
    [ACTION_KEYS.mark_done, 'Mark done'],
    [ACTION_KEYS.snooze, 'Snooze'],
    [ACTION_KEYS.dismiss, 'Dismiss'],
    [ACTION_KEYS.assign, 'Assign'],
    ['x', 'Select'],
    ['Esc', 'Clear the selection'],
    ['u', 'Undo the last press (also Ctrl Z, ⌘ Z)'],
    ['/', 'Search'],
    ['Ctrl K', 'Everything else (also ⌘ K)'],
    ['?', 'These keys'],
  ];
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl className="keys">
        {rows.map(([key, what]) => (
          <div key={what}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <div className="dialog-acts">
        <button type="button" className="b" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
