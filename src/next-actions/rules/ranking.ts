import { MAX_TRACK_RECORD } from '../outcomes/track-record.js';
import { type Priority, priorityRank } from '../../kernel/priority.js';
import { DAY_MS } from '../../kernel/utc-day.js';

/** What the ranking needs to know about a candidate. */
export interface RankingSignals {
  readonly priority: Priority;
  /** Number of items that wait for this action. */
  readonly count: number;
  /** The latest of them; null where unknown. */
  readonly newestAt: Date | null;
  /** When the first of them was due; null where none has a due date. */
  readonly oldestDueAt: Date | null;
  /** Impact, 0–10. */
  readonly impact: number;
  /** Friction: the effort that it takes, 0–5. */
  readonly friction: number;
  /** Track record of the rule in the scope, −5 to 5 points; 0 where there is none. */
  readonly trackRecord?: number;
}

/** The parts of a rank, in points of the score; all whole. */
export interface RankingFactors {
  readonly base: number;
  readonly countBoost: number;
  readonly recencyBoost: number;
  readonly urgencyBoost: number;
  readonly impactBoost: number;
  /** Subtracted. */
  readonly friction: number;
  /** How much doing what the rule suggests helped so far, −5 to 5. */
  readonly trackRecord: number;
}

export interface Rankable {
  readonly dedupeKey: string;
  readonly signals: RankingSignals;
}
export type Ranked<C> = C & { readonly score: number; readonly factors: RankingFactors };

export const BASE_SCORES: Readonly<Record<Priority, number>> = {
  critical: 90,
  high: 75,
  medium: 55,
  low: 30,
};

/** Most points that one boost adds. */
const MAX_BOOST = 10;
const MAX_FRICTION = 5;
/** Least impact of a critical candidate. */
const CRITICAL_IMPACT_FROM = 5;

const HOUR_MS = 60 * 60 * 1000;
/** Recency loses a point per this time since the newest item, in ms. */
const RECENCY_STEP_MS = 6 * HOUR_MS;
/** Points for being overdue; each whole day adds a point. */
const OVERDUE_BOOST = 2;

/** One point for each waiting item, 10 at most. */
export function countBoost(count: number): number {
  return whole(count, MAX_BOOST);
}

/**
 * 10 for what is new, less one for every 6 h of age, so nothing after 60 h. A time after `now` counts as
 * new.
 */
export function recencyBoost(newestAt: Date | null, now: Date): number {
  if (newestAt === null) return 0;
  const age = Math.max(0, now.getTime() - newestAt.getTime());
  return whole(MAX_BOOST - Math.floor(age / RECENCY_STEP_MS), MAX_BOOST);
}

/** 2 for what is overdue at all (due < now) and one for each whole day of it: 10 from the eighth day. */
export function urgencyBoost(oldestDueAt: Date | null, now: Date): number {
  if (oldestDueAt === null || oldestDueAt >= now) return 0;
  const daysOverdue = Math.floor((now.getTime() - oldestDueAt.getTime()) / DAY_MS);
  return whole(OVERDUE_BOOST + daysOverdue, MAX_BOOST);
}

/** The impact of the rule, 10 at most, and at least 5 for priority critical. */
export function impactBoost(impact: number, priority: Priority): number {
  return Math.max(priority === 'critical' ? CRITICAL_IMPACT_FROM : 0, whole(impact, MAX_BOOST));
}

/**
 * Score (0–100) = base + count + recency + urgency + impact − friction + track record, rounded and clamped to
 * 0–100.
 * Source: docs/domain.md, "Ranking". Boosts are whole points, so that a run shortly after gives the same
 * score and updates no row.
 */
export function rankingOf(
  signals: RankingSignals,
  now: Date,
): { score: number; factors: RankingFactors } {
  const factors: RankingFactors = {
    base: BASE_SCORES[signals.priority],
    countBoost: countBoost(signals.count),
    recencyBoost: recencyBoost(signals.newestAt, now),
    urgencyBoost: urgencyBoost(signals.oldestDueAt, now),
    impactBoost: impactBoost(signals.impact, signals.priority),
    friction: whole(signals.friction, MAX_FRICTION),
    trackRecord: recordPoints(signals.trackRecord ?? 0),
  };
  return { score: scoreOf(factors), factors };
}

/** The score of the parts of a rank, 0–100. */
export function scoreOf(factors: RankingFactors): number {
  const boosts =
    factors.countBoost + factors.recencyBoost + factors.urgencyBoost + factors.impactBoost;
  return whole(factors.base + boosts - factors.friction + factors.trackRecord, 100);
}

/**
 * The candidates, best first, the same whatever order they come in. Ties: the higher priority, then
 * the earlier due, then the newer, then the dedupe key ascending by code unit (as COLLATE "C" does).
 */
export function rankCandidates<C extends Rankable>(
  candidates: readonly C[],
  now: Date,
): Ranked<C>[] {
  return candidates
    .map((candidate) => ({ ...candidate, ...rankingOf(candidate.signals, now) }))
    .sort(
      (a, b) =>
        b.score - a.score ||
        priorityRank(b.signals.priority) - priorityRank(a.signals.priority) ||
        ascending(dueOrNever(a), dueOrNever(b)) ||
        ascending(newestOrNever(b), newestOrNever(a)) ||
        ascending(a.dedupeKey, b.dedupeKey),
    );
}

function recordPoints(points: number): number {
  return points < 0 ? 0 - whole(-points, MAX_TRACK_RECORD) : whole(points, MAX_TRACK_RECORD);
}

function dueOrNever({ signals }: Rankable): number {
  return signals.oldestDueAt?.getTime() ?? Infinity;
}

function newestOrNever({ signals }: Rankable): number {
  return signals.newestAt?.getTime() ?? -Infinity;
}

function ascending<T extends number | string>(a: T, b: T): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function whole(points: number, most: number): number {
  return Math.min(most, Math.max(0, Math.round(points)));
}
