import { type JSX, type ReactNode } from 'react';
import { Icon } from './icons.js';
import { useShortcuts } from './keyboard.js';

interface Props {
  /** What it shows, for screen readers. */
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Details beside a list; on a narrow screen, over it. Escape closes it. */
export function SidePanel({ label, onClose, children }: Props): JSX.Element {
  useShortcuts({ Escape: onClose });
  return (
    <aside className="panel over" aria-label={label}>
      <button type="button" className="b square panel-close" aria-label="Close" onClick={onClose}>
        <Icon name="close" />
      </button>
      {children}
    </aside>
  );
}
