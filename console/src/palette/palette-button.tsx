import { type JSX, useState } from 'react';
import { Icon } from '../ui/icons.js';
import { useShortcuts } from '../ui/keyboard.js';
import { onDemand } from '../ui/on-demand.js';

const palette = onDemand(() => import('./palette.js'));

const KEY = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘ K' : 'Ctrl K';

/** Opens the palette; so do Ctrl K and ⌘ K. */
export function PaletteButton(): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const parts = palette.usePart();
  const open = (): void => {
    setOpen(true);
    palette.load(() => setOpen(false));
  };
  useShortcuts({ 'mod+k': open });
  return (
    <>
      <button type="button" className="palette-open" onClick={open}>
        <Icon name="search" />
        <span>Commands</span>
        <kbd aria-hidden="true">{KEY}</kbd>
      </button>
      {isOpen && parts && <parts.Palette onClose={() => setOpen(false)} />}
    </>
  );
}
