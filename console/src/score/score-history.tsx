import { type JSX } from 'react';
import { type Schemas } from '../api/client.js';
import { type Paged } from '../api/paged.js';
import { ReadOn } from '../ui/list.js';
import { Problem } from '../ui/problem.js';
import { Time } from '../ui/time.js';
import { deltaText } from './bands.js';
import { ScoreBadge } from './score-badge.js';

interface Props {
  readonly history: Paged<Schemas['PastScoreAnswer']>;
  readonly now: number;
}

/** The scores so far, the newest first; read on while one scrolls. */
export function ScoreHistory({ history, now }: Props): JSX.Element {
  const { items, first, error, isPending, again } = history;
  if (isPending) return <p className="sub">Loading…</p>;
  if (error && !first) return <Problem error={error} retry={again} />;
  if (items.length === 0) return <p className="sub">None yet.</p>;
  return (
    <>
      <table className="score-history">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Score</th>
            <th scope="col" className="number">
              Change
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ id, computedAt, score, band, delta }) => (
            <tr key={id}>
              <td>
                <Time at={computedAt} now={now} />
              </td>
              <td>
                <ScoreBadge score={score} band={band} />
              </td>
              <td className="number">{deltaText(delta)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <ReadOn list={history} />
    </>
  );
}
