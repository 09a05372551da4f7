import { type Schemas } from '../api/client.js';

type PastScore = Pick<Schemas['PastScoreAnswer'], 'score' | 'computedAt'>;

/** Points of a trend line: times in s since the epoch, ascending, and the score from each on. */
export interface Trend {
  readonly times: number[];
  readonly scores: number[];
}

/** The line of a history, newest first, which ends now: a score holds until the next one. `now` in ms. */
export function trendOf(history: readonly PastScore[], now: number): Trend {
  const ascending = history.toReversed();
  const times = ascending.map(({ computedAt }) => Date.parse(computedAt) / 1000);
  const scores = ascending.map(({ score }) => score);
  const last = scores.at(-1);
  const end = now / 1000;
  if (last === undefined || (times.at(-1) ?? 0) >= end) return { times, scores };
  return { times: [...times, end], scores: [...scores, last] };
}

/** The trend in a sentence, for those who do not see the line. */
export function trendText(history: readonly PastScore[], hasEarlier: boolean): string {
  const [latest] = history;
  const oldest = history.at(-1);
  if (!latest || !oldest) return '';
  const scores = history.map(({ score }) => score);
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  const many = history.length === 1 ? '1 score' : `${history.length} scores`;
  const span = low === high ? `always ${low}` : `between ${low} and ${high}`;
  const since = DAY.format(Date.parse(oldest.computedAt));
  return `${hasEarlier ? 'The last ' : ''}${many} since ${since}: ${span}, now ${latest.score}.`;
}

const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const MONTH = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const DAY_S = 86_400;

/** A time of the axis, in s since the epoch, where the next one is `step` s later. */
export function tickText(time: number, step: number): string {
  return (step < DAY_S ? CLOCK : MONTH).format(time * 1000);
}
