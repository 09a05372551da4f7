import { useEffect, useRef } from 'react';

/** What a key does; a key that is missing does nothing. */
export type Shortcuts = Readonly<Record<string, (() => void) | undefined>>;

/** What types no letter, and so works while somebody types. */
const ALWAYS: readonly string[] = ['mod+k'];

/** Keys that go on while they are held; of all others, a held key is one press. */
const HELD: readonly string[] = ['j', 'k', 'ArrowDown', 'ArrowUp'];

/** What scrolls a part of the page that has the focus; elsewhere than in the list, it does that alone. */
const SCROLLS: readonly string[] = ['ArrowDown', 'ArrowUp'];

function isOutsideOfList({ target }: KeyboardEvent): boolean {
  return target instanceof HTMLElement && target !== document.body && target.closest('.q') === null;
}

function isTyping({ target }: KeyboardEvent): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input:not([type=checkbox]),textarea,select') !== null
  );
}

/** Whether something modal is open; what is hidden behind the sign-in is not. */
function isModalOpen(): boolean {
  return document.querySelector(':is([role=dialog],[role=menu]):not([hidden])') !== null;
}

/** Single keys of the whole page, and Ctrl or ⌘ with a key as `mod+z`. They rest while somebody types, but for Ctrl K. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const current = useRef(shortcuts);
  useEffect(() => {
    current.current = shortcuts;
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => {
      if (event.altKey || event.defaultPrevented || isModalOpen()) return;
      const name = event.ctrlKey || event.metaKey ? `mod+${event.key}` : event.key;
      if (isTyping(event) && !ALWAYS.includes(name)) return;
      if (event.repeat && !HELD.includes(name)) return;
      if (SCROLLS.includes(name) && isOutsideOfList(event)) return;
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
