const HEADER = 'Read-After';
const KEY = 'nba.read-after';

/**
 * Where the newest change of this tab was committed, as the server said: sent with each read, so that a
 * list includes the change, whichever server and replica answers. It survives a reload of the page.
 */
export function noteOwnWrite({ headers }: Response): void {
  const position = headers.get(HEADER);
  if (position === null) return;
  try {
    sessionStorage.setItem(KEY, position);
  } catch {
    // Without storage, a list may be up to some seconds old.
  }
}

/** Adds the position to a request that reads. */
export function askForOwnWrites({ method, headers }: Request): void {
  if (method !== 'GET') return;
  try {
    const position = sessionStorage.getItem(KEY);
    if (position !== null) headers.set(HEADER, position);
  } catch {
    // See above.
  }
}
