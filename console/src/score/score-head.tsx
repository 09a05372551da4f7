import { type JSX, type ReactNode } from 'react';
import { Badge } from '../ui/badge.js';
import { labelOf } from '../ui/schema-fields.js';
import { type Band, BAND_TONES, deltaText } from './bands.js';

interface Props {
  readonly score: number;
  readonly band: Band;
  /** Points since the one before; null for the first. */
  readonly delta: number | null;
  /** Since when it is so. */
  readonly children: ReactNode;
}

/** A score at the head of its details. */
export function ScoreHead({ score, band, delta, children }: Props): JSX.Element {
  return (
    <div className="score-head">
      <p className="score-figure">
        {score}
        <span className="hidden-text"> of 100</span>
      </p>
      <div>
        <p>
          <Badge tone={BAND_TONES[band]} text={labelOf(band)} />
          {delta !== null && (
            <span className="sub"> · {deltaText(delta)} since the score before</span>
          )}
        </p>
        <p className="sub">{children}</p>
      </div>
    </div>
  );
}
