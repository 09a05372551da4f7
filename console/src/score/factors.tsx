import { type JSX } from 'react';
import { factorBars, type ScoreFactor } from './factor-bars.js';

/** The factors of a score: how good each is, what it does to the score, and how much of it it decides. */
export function Factors({ factors }: { readonly factors: readonly ScoreFactor[] }): JSX.Element {
  return (
    <ul className="factors" role="list">
      {factorBars(factors).map(({ key, label, reason, grade, tone, points, share }) => (
        <li key={key}>
          <p className="factor-head">
            <span>{label}</span>
            <span className="figure" title="Its effect on the score, in points">
              {points}
              <span className="hidden-text"> points</span>
            </span>
          </p>
          <u aria-hidden="true">
            <b className={tone} style={{ width: `${grade}%` }} />
          </u>
          <p className="sub factor-note">
            <span>{reason}</span>
            <span className="share">{share} % of the score</span>
          </p>
        </li>
      ))}
    </ul>
  );
}
