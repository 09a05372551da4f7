import { type JSX, useState } from 'react';
import { Icon } from '../ui/icons.js';
import { useShortcuts } from '../ui/keyboard.js';
import { closeNotice, type Notice, useNotices } from '../ui/notices.js';
import { useNow } from '../ui/time.js';
import { isOpen, isRefusal, isStuck, type Press, undoableExecutions } from './press.js';
import { result, secondsUntil, standing } from './press-text.js';
import { presses, undoLast, usePresses } from './pressing.js';

const SHOWN_MS = 10_000;
/** Most toasts at once: the newest. */
const MOST = 4;

/** What became of the presses and of other changes, with an undo for ten seconds; announced to screen readers. */
export function Toasts(): JSX.Element {
  const all = usePresses();
  const now = useNow(1000);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  useShortcuts({ u: undoLast, 'mod+z': undoLast });
  const notices = useNotices();
  const shown = all.filter((press) => !closed.has(press.intent.key) && isShown(press, now));
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.slice(-MOST).map((press) => (
        <Toast
          key={press.intent.key}
          press={press}
          now={now}
          onClose={() => setClosed(new Set([...closed, press.intent.key]))}
        />
      ))}
      {notices
        .filter(({ code, at }) => code !== undefined || now - at < SHOWN_MS)
        .map((notice) => (
          <NoticeToast key={notice.id} notice={notice} />
        ))}
    </div>
  );
}

function isShown(press: Press, now: number): boolean {
  const { phase } = press;
  if (phase.name !== 'settled') return phase.name !== 'optimistic';
  return isRefused(press) || now - phase.at < SHOWN_MS;
}

function isRefused({ outcomes, undo }: Press): boolean {
  if (undo?.name === 'undone') return false;
  return isRefusal(undo) || Object.values(outcomes).some(isRefusal);
}

interface Props {
  readonly press: Press;
  readonly now: number;
  readonly onClose: () => void;
}

function Toast({ press, now, onClose }: Props): JSX.Element {
  const { intent, phase, undo, outcomes } = press;
  const [target] = intent.targets;
  const text = isOpen(press) ? standing(press, undefined) : result(press, now);
  const refusal = isRefusal(undo) ? undo : Object.values(outcomes).find(isRefusal);
  const canUndo = !isOpen(press) && undoableExecutions(press).length > 0;
  const left = phase.name === 'settled' ? secondsUntil(phase.at + SHOWN_MS, now) : 0;
  return (
    <div className="toast">
      <div className="toast-text">
        {isOpen(press) && target && <strong>{target.title} </strong>}
        {isRefusal(undo) ? `The undo did not happen: ${undo.detail}` : text}
        {refusal && (
          <div className="code">
            {refusal.code}
            {refusal.executionId !== undefined && <> · execution {refusal.executionId}</>}
            {refusal.requestId !== undefined && <> · request {refusal.requestId}</>}
          </div>
        )}
      </div>
      {isStuck(press) && (
        <button type="button" onClick={() => presses.askAgain(intent.key)}>
          Ask again
        </button>
      )}
      {canUndo && (
        <button type="button" onClick={() => void presses.undo(intent.key)}>
          Undo{' '}
          {left > 0 && (
            <span className="count" aria-hidden="true">
              {left}
            </span>
          )}
        </button>
      )}
      <button type="button" className="toast-close" aria-label="Close" onClick={onClose}>
        <Icon name="close" />
      </button>
    </div>
  );
}

function NoticeToast({ notice: { id, text, code } }: { readonly notice: Notice }): JSX.Element {
  return (
    <div className="toast">
      <div className="toast-text">
        {text}
        {code !== undefined && <div className="code">{code}</div>}
      </div>
      <button
        type="button"
        className="toast-close"
        aria-label="Close"
        onClick={() => closeNotice(id)}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
