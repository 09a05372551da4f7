import { type JSX } from 'react';
import { type Schemas } from '../../api/client.js';
import { Badge } from '../../ui/badge.js';

interface Props {
  readonly reasons: readonly Schemas['ScoreReasonAnswer'][];
}

/** Why a score is what it is, the strongest reason first. */
export function Reasons({ reasons }: Props): JSX.Element {
  return (
    <ul className="reasons" role="list">
      {reasons.map(({ key, text, direction }) => (
        <li key={key}>
          <Badge tone={direction === 'negative' ? 'bad' : 'good'} text={text} />
          <span className="hidden-text"> ({direction})</span>
        </li>
      ))}
    </ul>
  );
}
