import { useEffect, useRef } from 'react';

/** What a key does; a key that is missing does nothing. */
export type Shortcuts = Readonly<Record<string, (() => void) | undefined>>;

/** Whether somebody types, or something modal is open. */
function isElsewhere(event: KeyboardEvent): boolean {
  const { target } = event;
  if (
    target instanceof HTMLElement &&
    target.closest('input:not([type=checkbox]),textarea,select')
  ) {
    return true;
  }
  return document.querySelector('[role=dialog],[role=menu]') !== null;
}

/** Single keys of the whole page, and Ctrl or ⌘ with a key as `mod+z`. They rest while somebody types. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const current = useRef(shortcuts);
  useEffect(() => {
    current.current = shortcuts;
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => {
      if (event.altKey || event.defaultPrevented || isElsewhere(event)) return;
      const name = event.ctrlKey || event.metaKey ? `mod+${event.key}` : event.key;
      // A link or a button in focus has its own Enter.
      const isOwn =
        event.target instanceof HTMLElement && event.target.closest('a,button') !== null;
      const shortcut = event.key === 'Enter' && isOwn ? undefined : current.current[name];
      if (!shortcut) return;
      event.preventDefault();
      shortcut();
    };
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);
}
