import { type JSX, lazy, Suspense, useState } from 'react';
import { useShortcuts } from '../ui/keyboard.js';

const Palette = lazy(async () => ({ default: (await import('./palette.js')).Palette }));

const KEY = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘ K' : 'Ctrl K';

/** Opens the palette, which is loaded then; so do Ctrl K and ⌘ K. */
export function PaletteButton(): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  useShortcuts({ 'mod+k': () => setOpen(true) });
  return (
    <>
      <button type="button" className="palette-open" onClick={() => setOpen(true)}>
        <span>Commands</span>
        <kbd aria-hidden="true">{KEY}</kbd>
      </button>
      {isOpen && (
        <Suspense>
          <Palette onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
