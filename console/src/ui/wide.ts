import { useSyncExternalStore } from 'react';

/** Where a panel fits beside the list; the same as in the styles. */
const WIDE = '(min-width: 1081px)';

/** Whether there is a panel beside the list. */
export function useWide(): boolean {
  return useSyncExternalStore(subscribe, () => matchMedia(WIDE).matches);
}

function subscribe(listener: () => void): () => void {
  const media = matchMedia(WIDE);
  media.addEventListener('change', listener);
  return () => media.removeEventListener('change', listener);
}
