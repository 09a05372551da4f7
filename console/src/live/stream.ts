import { type Frame, readFrames } from './frames.js';

/** What a stream says to who follows it. */
export interface StreamListener {
  /** Whether the stream is open; false where it broke and is opened again. */
  readonly isLive: (live: boolean) => void;
  readonly frame: (frame: Frame) => void;
  /** The stream begins now, and not after an event that was shown: what was read before may be old. */
  readonly begun: () => void;
  /** The server knows the caller no more: the stream is not opened again. */
  readonly refused: (status: number) => void;
}

/** Opens the stream after an event, or from now on. */
export type OpenStream = (after: string | undefined, signal: AbortSignal) => Promise<Response>;

const SHORTEST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
/** Part of a pause that is left to chance, so that all pages do not come back at once. */
const JITTER = 0.5;
/** Answers after which asking again changes nothing. */
const FINAL: readonly number[] = [401, 403, 404];
const BAD_REQUEST = 400;

/** The pause before the next attempt, in ms; `chance` is from 0 to 1. */
export function pauseBefore(failures: number, retryAfter: string | null, chance: number): number {
  const doubled = Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** Math.min(failures, 10));
  const asked = Number(retryAfter ?? 0) * 1000;
  return Math.max(doubled * (1 - JITTER * chance), Number.isFinite(asked) ? asked : 0);
}

/** Follows the stream until the signal; it comes back after the last event that it showed. */
export async function followStream(
  open: OpenStream,
  listener: StreamListener,
  signal: AbortSignal,
  begin?: string,
): Promise<void> {
  let after = begin;
  let failures = 0;
  while (!signal.aborted) {
    let retryAfter: string | null = null;
    try {
      const response = await open(after, signal);
      const isNew = after === undefined;
      if (response.ok && response.body) {
        await readFrames(response.body, (frame) => {
          if (frame.id !== '') after = frame.id;
          failures = 0;
          if (isNew && frame.name === 'ready') listener.begun();
          listener.isLive(true);
          listener.frame(frame);
        });
      } else {
        if (FINAL.includes(response.status)) {
          listener.refused(response.status);
          return;
        }
        // An id of another database, after a restore: from now on.
        if (response.status === BAD_REQUEST) after = undefined;
        retryAfter = response.headers.get('Retry-After');
      }
    } catch {
      // No answer, or one that broke: as a stream that ended.
    }
    if (isAborted(signal)) return;
    listener.isLive(false);
    await pause(pauseBefore(failures, retryAfter, Math.random()), signal);
    failures += 1;
  }
}

/** A call, since the signal changes while something is awaited. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Waits; shorter where the browser comes back to the network. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      globalThis.removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    globalThis.addEventListener('online', done);
  });
}
