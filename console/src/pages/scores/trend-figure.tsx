import { type JSX, useEffect, useMemo, useRef, useState } from 'react';
import { Problem } from '../../ui/problem.js';
import { exactTime } from '../../ui/relative-time.js';
import { labelOf } from '../../ui/schema-fields.js';
import { type Paged } from '../../api/paged.js';
import { bandOf, BANDS } from '../../score/bands.js';
import { ScoreHistory } from '../../score/score-history.js';
import { type TrendChart, drawTrend } from '../../score/trend-chart.js';
import { trendOf, trendText } from '../../score/trend.js';
import { type PastScore } from './score-queries.js';
import 'uplot/dist/uPlot.min.css';

interface Props {
  readonly history: Paged<PastScore>;
  readonly now: number;
}

/** The scores so far as a line over the bands, as a sentence, and as a table. */
export function TrendFigure({ history, now }: Props): JSX.Element {
  const { items, first, error, hasNext, isReadingOn, readOn, again } = history;
  if (error && !first) return <Problem error={error} retry={again} />;
  if (!first) return <p className="sub">Loading…</p>;
  return (
    <figure className="trend">
      <Line items={items} now={now} />
      <ul className="trend-legend" role="list" aria-label="Bands">
        {BANDS.map(({ band, from, to }) => (
          <li key={band} className={`zone-${band}`}>
            <i aria-hidden="true" />
            {labelOf(band)} {from === 0 ? `below ${to}` : `from ${from}`}
          </li>
        ))}
      </ul>
      <figcaption className="sub">{trendText(items, hasNext)}</figcaption>
      {hasNext && (
        <button type="button" className="b" disabled={isReadingOn} onClick={readOn}>
          Earlier scores
        </button>
      )}
      <details>
        <summary>As a table</summary>
        <ScoreHistory history={history} now={now} />
      </details>
    </figure>
  );
}

function Line({ items, now }: { items: readonly PastScore[]; now: number }): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<TrendChart>(undefined);
  const [point, setPoint] = useState<number | null>(null);
  const trend = useMemo(() => trendOf(items, now), [items, now]);
  const drawn = useRef(trend);
  useEffect(() => {
    if (!element.current) return undefined;
    chart.current = drawTrend(element.current, drawn.current, setPoint);
    return () => chart.current?.destroy();
  }, []);
  useEffect(() => {
    if (drawn.current !== trend) chart.current?.set(trend);
    drawn.current = trend;
  }, [trend]);
  const score = point === null ? undefined : trend.scores[point];
  const time = point === null ? undefined : trend.times[point];
  return (
    <>
      <div ref={element} className="trend-line" aria-hidden="true" />
      <p className="trend-point sub" aria-hidden="true">
        {score !== undefined && time !== undefined
          ? `${score} ${bandOf(score)} · ${exactTime(new Date(time * 1000).toISOString())}`
          : ' '}
      </p>
    </>
  );
}
