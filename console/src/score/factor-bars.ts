import { type Schemas } from '../api/client.js';
import { type Tone } from '../ui/badge.js';
import { BAND_TONES, bandOf } from './bands.js';

export type ScoreFactor = Schemas['ScoreFactorAnswer'];

/** A factor of a score, as a bar. */
export interface FactorBar {
  readonly key: string;
  readonly label: string;
  readonly reason: string;
  /** How good it is by itself, 0–100: the length of the bar. */
  readonly grade: number;
  readonly tone: Tone;
  /** Its effect on the score, with its sign. */
  readonly points: string;
  /** How much of the score it decides, in %. */
  readonly share: number;
}

/** The factors of a score, the strongest effect first. */
export function factorBars(factors: readonly ScoreFactor[]): FactorBar[] {
  const total = factors.reduce((sum, { weight }) => sum + weight, 0);
  return [...factors]
    .sort((a, b) => Math.abs(b.impact) - Math.abs(a.impact))
    .map(({ key, label, reason, normalized, impact, weight }) => ({
      key,
      label,
      reason,
      grade: normalized,
      tone: BAND_TONES[bandOf(normalized)],
      points: signed(impact),
      share: Math.round((100 * weight) / total),
    }));
}

/** What a lead lacks, a sentence each; nothing where every attribute is known. Source: docs/domain.md, "Of a lead". */
export function missingOf(factors: readonly ScoreFactor[]): string[] {
  const completeness = factors.find(({ key }) => key === 'completeness');
  if (!completeness || completeness.normalized >= 100) return [];
  return completeness.reason.split(/\.\s+(?=[A-Z])/);
}

function signed(points: number): string {
  if (points === 0) return '0';
  return points < 0 ? `−${-points}` : `+${points}`;
}
