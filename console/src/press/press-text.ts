import { relativeTime } from '../ui/relative-time.js';
import { isRefusal, type Outcome, type Press } from './press.js';

/**
 * Where a press stands, in a few words; undefined where there is nothing to say. Without `now`, the text does
 * not count seconds: a screen reader would read each of them.
 */
export function standing(
  { intent, phase }: Press,
  outcome: Outcome | undefined,
  now?: number,
): string | undefined {
  const inSeconds = (at: number): string =>
    now === undefined ? '' : ` in ${secondsUntil(at, now)} s`;
  switch (phase.name) {
    case 'optimistic':
      return `${intent.label}…`;
    case 'waiting':
      return phase.until === 'sign-in'
        ? 'Waits for you to sign in'
        : `Too many presses: goes on${inSeconds(phase.until)}`;
    case 'unknown':
      return phase.askAgainAt === null
        ? 'Outcome unknown'
        : `Outcome unknown, asking again${inSeconds(phase.askAgainAt)}`;
    case 'settled':
      return isRefusal(outcome) ? `Not done: ${outcome.detail}` : undefined;
  }
}

/** What a settled press did, in a sentence. */
export function result({ intent, outcomes, undo }: Press, now: number): string {
  const { label, targets } = intent;
  const all = Object.values(outcomes);
  const [only] = all;
  const [target] = targets;
  if (undo?.name === 'undone')
    return `Undone: ${label}${targets.length > 1 ? ` of ${all.length}` : ''}`;
  if (targets.length > 1) {
    const refused = all.filter(isRefusal).length;
    const done = all.length - refused;
    return `${label}: ${done} of ${all.length} done${refused > 0 ? `, ${refused} refused` : ''}`;
  }
  const title = `“${target?.title ?? ''}”`;
  switch (only?.name) {
    case 'replayed':
      return only.by === undefined || only.at === undefined
        ? `${title}: already done`
        : `${title}: already done by ${only.by}, ${relativeTime(only.at, now)}`;
    case 'refused':
      return `${label} did not happen: ${only.detail}`;
    default:
      return `${title}: ${label.toLowerCase()}`;
  }
}

/** The label of a button without the dots that announce a form. */
export function plainLabel(label: string): string {
  return label.replace(/\s*(?:…|\.\.\.)$/, '');
}

export function secondsUntil(at: number, now: number): number {
  return Math.max(0, Math.ceil((at - now) / 1000));
}
