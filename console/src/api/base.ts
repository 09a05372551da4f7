/** The path under which the server is reached, without a slash at its end; empty for the root. */
export const BASE = new URL(document.baseURI).pathname.replace(/\/$/, '');

/** Where clients of the API reach this server, for examples to copy. */
export const SERVER_URL = `${location.origin}${BASE}`;
