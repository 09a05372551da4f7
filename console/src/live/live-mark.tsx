import { type JSX } from 'react';
import { exactTime, relativeTime } from '../ui/relative-time.js';
import { useNow } from '../ui/time.js';
import { useLiveState } from './live.js';

/** Whether what is shown follows the server: live, or stale since when. */
export function LiveMark(): JSX.Element | null {
  const state = useLiveState();
  const now = useNow(10_000);
  if (state.name === 'off') return null;
  if (state.name !== 'stale') {
    const text = state.name === 'live' ? 'Live' : 'Connecting…';
    return <Mark className={state.name} text={text} />;
  }
  const since = new Date(state.since).toISOString();
  const text = `Stale since ${relativeTime(since, now)}`;
  return <Mark className="stale" text={text} title={exactTime(since)} />;
}

function Mark(props: { className: string; text: string; title?: string }): JSX.Element {
  return (
    <p className={`live ${props.className}`} role="status" title={props.title}>
      <i aria-hidden="true" />
      <span>{props.text}</span>
    </p>
  );
}
