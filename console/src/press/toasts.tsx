import { type JSX, useState } from 'react';
import { Icon } from '../ui/icons.js';
import { useShortcuts } from '../ui/keyboard.js';
import {
  closeNotice,
  isNoticeShown,
  type Notice,
  SHOWN_MS,
  undoNotice,
  useNotices,
} from '../ui/notices.js';
import { useNow } from '../ui/time.js';
import { isOpen, isRefusal, isStuck, type Press, undoableExecutions } from './press.js';
import { result, secondsUntil, standing } from './press-text.js';
import { presses, undoNewest, usePresses } from './pressing.js';

/** Most toasts at once: the newest. */
const MOST = 4;

/** What became of the presses and of other changes, with an undo for ten seconds; announced to screen readers. */
export function Toasts(): JSX.Element {
  const all = usePresses();
  const now = useNow(1000);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const notices = useNotices().filter((notice) => isNoticeShown(notice, now));
  useShortcuts({ u: undoNewest, 'mod+z': undoNewest });
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
      {notices.map((notice) => (
        <NoticeToast key={notice.id} notice={notice} now={now} />
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
      {canUndo && <UndoButton left={left} onClick={() => void presses.undo(intent.key)} />}
      <button type="button" className="toast-close" aria-label="Close" onClick={onClose}>
        <Icon name="close" />
      </button>
    </div>
  );
}

function UndoButton({ left, onClick }: { left: number; onClick: () => void }): JSX.Element {
  return (
    <button type="button" onClick={onClick}>
      Undo{' '}
      {left > 0 && (
        <span className="count" aria-hidden="true">
          {left}
        </span>
      )}
    </button>
  );
}

function NoticeToast({ notice, now }: { readonly notice: Notice; now: number }): JSX.Element {
  const { id, text, code, undo, at } = notice;
  return (
    <div className="toast">
      <div className="toast-text">
        {text}
        {code !== undefined && <div className="code">{code}</div>}
      </div>
      {undo && (
        <UndoButton left={secondsUntil(at + SHOWN_MS, now)} onClick={() => undoNotice(notice)} />
      )}
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
