import { type Schemas } from '../api/client.js';
import { type Tone } from '../ui/badge.js';

export type Band = Schemas['ScoreBand'];

export interface BandRange {
  readonly band: Band;
  /** Lowest score of the band. */
  readonly from: number;
  /** Lowest score of the next one; the highest of all is in the last. */
  readonly to: number;
}

/** The bands of a score, the best first. Source: docs/domain.md, "Scores". */
export const BANDS: readonly BandRange[] = [
  { band: 'healthy', from: 80, to: 100 },
  { band: 'warning', from: 50, to: 80 },
  { band: 'critical', from: 0, to: 50 },
];

export const BAND_TONES: Readonly<Record<Band, Tone>> = {
  healthy: 'good',
  warning: 'warn',
  critical: 'bad',
};

/** The band of a score of 0–100. */
export function bandOf(score: number): Band {
  return BANDS.find(({ from }) => score >= from)?.band ?? 'critical';
}

/** Points since the score before: `+5`, `−6`, `0`; empty for the first. */
export function deltaText(delta: number | null): string {
  if (delta === null) return '';
  return delta < 0 ? `−${-delta}` : delta > 0 ? `+${delta}` : '0';
}
