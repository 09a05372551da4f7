import { type JSX } from 'react';

const PATHS = {
  arrow: 'M3 8h10M9 4l4 4-4 4',
  check: 'M3.5 8.5l3 3 6-7',
  close: 'M4 4l8 8M12 4l-8 8',
  down: 'M4 6l4 4 4-4',
  key: 'M9 7a3 3 0 1 0-2 2l1 1v1h1.5v1.5H11V14h2.5v-2.2L9 7z',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  search: 'M7 3a4 4 0 100 8 4 4 0 000-8M10 10l3.5 3.5',
  user: 'M8 8a2.5 2.5 0 100-5 2.5 2.5 0 000 5M3 13.5c.6-2.4 2.6-3.5 5-3.5s4.4 1.1 5 3.5',
  out: 'M6 3H3v10h3M7 8h6M10.5 5.5L13 8l-2.5 2.5',
} as const;

/** An icon of 16 px in the colour of the text; it says nothing to a screen reader. */
export function Icon({ name }: { readonly name: keyof typeof PATHS }): JSX.Element {
  return (
    <svg className="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
