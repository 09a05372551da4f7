import { type JSX } from 'react';
import { Badge } from '../ui/badge.js';
import { labelOf } from '../ui/schema-fields.js';
import { type Band, BAND_TONES } from './bands.js';

/** A score with its band as a word. */
export function ScoreBadge({
  score,
  band,
}: {
  readonly score: number;
  readonly band: Band;
}): JSX.Element {
  return (
    <span className="score-badge">
      <span className="figure">{score}</span>
      <Badge tone={BAND_TONES[band]} text={labelOf(band)} />
    </span>
  );
}
