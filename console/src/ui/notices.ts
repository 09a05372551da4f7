import { useSyncExternalStore } from 'react';
import { ApiProblem } from '../api/client.js';
import { isLost } from '../api/is-lost.js';
import { newestNotices } from './newest-notices.js';

/** What a page says about something that was done, besides presses. */
export interface Notice {
  readonly id: number;
  readonly text: string;
  /** Code and request of what went wrong; a fault stays until it is closed. */
  readonly code?: string;
  /** Takes it back, where that can be done. */
  readonly undo?: () => void;
  readonly at: number;
}

let notices: readonly Notice[] = [];
let lastId = 0;
const readers = new Set<() => void>();

function set(next: readonly Notice[]): void {
  notices = next;
  for (const reader of readers) reader();
}

function add(notice: Omit<Notice, 'id' | 'at'>): void {
  lastId += 1;
  set(newestNotices([...notices, { ...notice, id: lastId, at: Date.now() }]));
}

/** How long what was done is shown, with its undo, in ms. */
export const SHOWN_MS = 10_000;

/** Whether a notice is still shown: a fault is, until somebody closes it. */
export function isNoticeShown({ code, at }: Notice, now: number): boolean {
  return code !== undefined || now - at < SHOWN_MS;
}

/** The newest change that can be taken back by its notice, which is still shown. */
export function undoableNotice(): Notice | undefined {
  return notices.findLast((notice) => notice.undo && isNoticeShown(notice, Date.now()));
}

/** Says what was done; with `undo`, it can be taken back with one click. */
export function notify(text: string, undo?: () => void): void {
  add({ text, ...(undo && { undo }) });
}

/** Says that a part of the console did not come: the server is away, or has another one by now. */
export function notifyMissingPart(): void {
  add({
    text: 'This part of the console could not be loaded. Try it again, or load the page again.',
    code: 'NOT_LOADED',
  });
}

/** Says that something was done whose answer nobody saw; it stays until it is closed. */
export function notifyMissed(text: string): void {
  add({ text, code: 'NOT_SHOWN' });
}

/** Says what went wrong as the server says it, and whether it may have been done. */
export function notifyProblem(error: Error): void {
  if (!(error instanceof ApiProblem)) {
    add({ text: 'The server did not answer: it may have been done.', code: 'NO_ANSWER' });
    return;
  }
  const { message, code, requestId } = error;
  add({
    text: isLost(error) ? `${message} It may have been done.` : message,
    code: requestId === undefined ? code : `${code} · request ${requestId}`,
  });
}

/** Takes back what a notice says, and closes it. */
export function undoNotice({ id, undo }: Notice): void {
  closeNotice(id);
  undo?.();
}

export function closeNotice(id: number): void {
  set(notices.filter((each) => each.id !== id));
}

export function forgetNotices(): void {
  set([]);
}

export function useNotices(): readonly Notice[] {
  return useSyncExternalStore(
    (reader) => {
      readers.add(reader);
      return () => void readers.delete(reader);
    },
    () => notices,
  );
}
