import { BASE } from './base.js';

/** Tells the tabs of a browser that somebody signed in or out: they share the cookie. */
const channel = new BroadcastChannel(`next-actions-session:${BASE}`);

/** When somebody signed in here last, by `performance.now()`. */
let signedInAt = 0;

/** Says that the cookie is another one now. */
export function sessionChanged(isSignedIn: boolean): void {
  if (isSignedIn) signedInAt = performance.now();
  channel.postMessage(isSignedIn);
}

/** Calls back when another tab signed in or out; returns how to stop that. */
export function onSessionChanged(listener: () => void): () => void {
  channel.addEventListener('message', listener);
  return () => channel.removeEventListener('message', listener);
}

/** Whether a request was sent before the newest sign-in: its 401 says nothing about the session of now. */
export function isOfEarlierSession(sentAt: number): boolean {
  return sentAt < signedInAt;
}
