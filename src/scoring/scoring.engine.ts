/**
 * Factors in, score out; no clock, no database. Source: docs/domain.md, "Scores".
 */
export const SCORE_BANDS = ['healthy', 'warning', 'critical'] as const;
export type ScoreBand = (typeof SCORE_BANDS)[number];

/** Lowest score (0–100) of the band. */
export const HEALTHY_FROM = 80;
export const WARNING_FROM = 50;

/** The score without any factors: neutral. */
export const SCORE_WITHOUT_FACTORS = 50;

/** The most reasons a score carries. */
export const MAX_REASONS = 5;

interface FactorBase {
  readonly key: string;
  readonly label: string;
  /** More than 0; only its share of the sum of weights matters. */
  readonly weight: number;
  /** One sentence for users, positive or negative. */
  readonly reason: string;
}

/** A count of problems: normalized = max(0, 100 − penalty × count). */
export interface CountFactor extends FactorBase {
  readonly count: number;
  /** Points (0–100) that each costs. */
  readonly penalty: number;
}

/** A quality that is already on the scale of 0–100. */
export interface GradedFactor extends FactorBase {
  readonly normalized: number;
}

export type ScoreFactorInput = CountFactor | GradedFactor;

export interface ScoreFactor {
  readonly key: string;
  readonly label: string;
  readonly weight: number;
  /** Only where the factor is a count. */
  readonly count?: number;
  /** 0–100 */
  readonly normalized: number;
  /**
   * Points of the score, to one decimal. A count is measured from 100, so its impact is never positive:
   * score = 100 + Σ impact. A graded factor is measured from 50: score = 50 + Σ impact.
   */
  readonly impact: number;
  readonly reason: string;
}

export interface ScoreReason {
  readonly key: string;
  readonly label: string;
  readonly direction: 'negative' | 'positive';
  /** Points of the score, as in the factor. */
  readonly impact: number;
  readonly text: string;
}

export interface ScoreResult {
  /** Whole, 0–100. */
  readonly score: number;
  readonly band: ScoreBand;
  readonly factors: readonly ScoreFactor[];
  /** Strongest negative first, then strongest positive, {@link MAX_REASONS} at most. */
  readonly reasons: readonly ScoreReason[];
}

/** The band of a score (0–100). */
export function bandOf(score: number): ScoreBand {
  if (score >= HEALTHY_FROM) return 'healthy';
  return score >= WARNING_FROM ? 'warning' : 'critical';
}

/**
 * Score = Σ weight × normalized / Σ weight, rounded; the band is that of the rounded score, so the
 * two never contradict each other on a screen.
 * @throws RangeError where a weight, count or penalty is no sensible number.
 */
export function computeScore(inputs: readonly ScoreFactorInput[]): ScoreResult {
  inputs.forEach(assertSensible);
  const totalWeight = inputs.reduce((sum, input) => sum + input.weight, 0);
  const measured = inputs.map((input) => measure(input, totalWeight));
  const weighted = measured.reduce((sum, { factor }) => sum + factor.weight * factor.normalized, 0);
  const score =
    inputs.length === 0 ? SCORE_WITHOUT_FACTORS : clamp(Math.round(weighted / totalWeight));
  return {
    score,
    band: bandOf(score),
    factors: measured.map(({ factor }) => factor),
    reasons: strongestReasons(measured),
  };
}

interface MeasuredFactor {
  readonly factor: ScoreFactor;
  readonly negative: boolean;
}

function measure(input: ScoreFactorInput, totalWeight: number): MeasuredFactor {
  const isCount = 'count' in input;
  const normalized = clamp(isCount ? 100 - input.penalty * input.count : input.normalized);
  const distance = normalized - (isCount ? 100 : SCORE_WITHOUT_FACTORS);
  const { key, label, weight, reason } = input;
  const impact = oneDecimal((weight * distance) / totalWeight);
  return {
    factor: {
      key,
      label,
      weight,
      ...(isCount && { count: input.count }),
      normalized,
      impact,
      reason,
    },
    negative: distance < 0,
  };
}

function strongestReasons(measured: readonly MeasuredFactor[]): ScoreReason[] {
  const strongestFirst = (a: MeasuredFactor, b: MeasuredFactor): number =>
    Math.abs(b.factor.impact) - Math.abs(a.factor.impact) ||
    b.factor.weight - a.factor.weight ||
    (a.factor.key < b.factor.key ? -1 : 1);
  const negative = measured.filter((one) => one.negative).sort(strongestFirst);
  const positive = measured.filter((one) => !one.negative).sort(strongestFirst);
  return [...negative, ...positive].slice(0, MAX_REASONS).map(({ factor, negative: against }) => ({
    key: factor.key,
    label: factor.label,
    direction: against ? 'negative' : 'positive',
    impact: factor.impact,
    text: factor.reason,
  }));
}

function assertSensible(input: ScoreFactorInput): void {
  const amounts = 'count' in input ? [input.count, input.penalty] : [];
  const sensible =
    Number.isFinite(input.weight) &&
    input.weight > 0 &&
    amounts.every((amount) => Number.isFinite(amount) && amount >= 0) &&
    ('count' in input || !Number.isNaN(input.normalized));
  if (!sensible) {
    throw new RangeError(`Score factor ${input.key}: weight above 0, count and penalty from 0.`);
  }
}

function clamp(value: number): number {
  return Math.min(100, Math.max(0, value));
}

function oneDecimal(value: number): number {
  // + 0 turns −0 into 0: toEqual distinguishes them.
  return Math.round(value * 10) / 10 + 0;
}
