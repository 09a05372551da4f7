import { type JSX, type ReactNode, useEffect, useLayoutEffect, useRef } from 'react';
import { Icon } from './icons.js';
import { useShortcuts } from './keyboard.js';
import { useWide } from './wide.js';

interface Props {
  /** What it shows, for screen readers. */
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/**
 * Details beside a list; on a narrow screen, over it. It takes the focus when it opens, so that the next Tab
 * is in it, and Escape closes it; the focus goes back to where it was. What it lies over can't be reached meanwhile.
 */
export function SidePanel({ label, onClose, children }: Props): JSX.Element {
  const panel = useRef<HTMLElement>(null);
  useShortcuts({ Escape: onClose });
  useEffect(() => {
    const opener = document.activeElement;
    panel.current?.focus({ preventScroll: true });
    return () => {
      // Unless something else has it by now, such as the row that was opened instead.
      const isLost = document.activeElement === document.body;
      if (isLost && opener instanceof HTMLElement) opener.focus({ preventScroll: true });
    };
  }, []);
  const isWide = useWide();
  useLayoutEffect(() => {
    if (isWide) return undefined;
    // It lies over them.
    const covered = [...(panel.current?.parentElement?.children ?? [])].filter(
      (each) => each !== panel.current && !each.hasAttribute('inert'),
    );
    for (const each of covered) each.toggleAttribute('inert', true);
    return () => {
      for (const each of covered) each.toggleAttribute('inert', false);
    };
  }, [isWide]);
  return (
    <aside ref={panel} className="panel over" aria-label={label} tabIndex={-1}>
      <button type="button" className="b square panel-close" aria-label="Close" onClick={onClose}>
        <Icon name="close" />
      </button>
      {children}
    </aside>
  );
}
