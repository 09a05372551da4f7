import { type JSX } from 'react';
import { api, bodyOf } from '../../api/client.js';
import { useMay } from '../../api/rights.js';
import { scopeName } from '../../next-action/scope-name.js';
import { Section } from '../../next-action/section.js';
import { Factors } from '../../score/factors.js';
import { ScoreHead } from '../../score/score-head.js';
import { useChange } from '../../ui/change.js';
import { Loaded } from '../../ui/loaded.js';
import { Time } from '../../ui/time.js';
import { computedText } from './computed-text.js';
import { OpenFlags } from './open-flags.js';
import { Reasons } from './reasons.js';
import {
  type Scope,
  scoreKeys,
  type Snapshot,
  useScore,
  useScoreHistory,
} from './score-queries.js';
import { TrendFigure } from './trend-figure.js';

interface Props {
  readonly scope: Scope;
  readonly now: number;
}

/** The score of a scope: how it came about, and what it is made of. */
export function ScoreDetail({ scope, now }: Props): JSX.Element {
  const score = useScore(scope);
  const mayReadRisk = useMay('risk.read');
  return (
    <>
      <h2 className="detail-title">{scopeName(scope)}</h2>
      <Loaded query={score}>
        {(latest) =>
          latest === null ? (
            <>
              <p className="sub">
                Not scored yet: a schedule scores it, or a change of its work items does.
              </p>
              <RecomputeButton scope={scope} text="Compute the score" />
            </>
          ) : (
            <Scored scope={scope} latest={latest} now={now} />
          )
        }
      </Loaded>
      {mayReadRisk && <OpenFlags scope={scope} now={now} />}
    </>
  );
}

interface ScoredProps extends Props {
  readonly latest: Snapshot;
}

function Scored({ scope, latest, now }: ScoredProps): JSX.Element {
  const history = useScoreHistory(scope);
  const { score, band, delta, computedAt, confirmedAt, factors, reasons } = latest;
  return (
    <>
      <ScoreHead score={score} band={band} delta={delta}>
        computed <Time at={computedAt} now={now} />
        {confirmedAt !== null && (
          <>
            , confirmed <Time at={confirmedAt} now={now} />
          </>
        )}
      </ScoreHead>
      <RecomputeButton scope={scope} text="Recompute" />
      <Section title="Trend">
        <TrendFigure history={history} now={now} />
      </Section>
      <Section title="Factors">
        <Factors factors={factors} />
      </Section>
      {reasons.length > 0 && (
        <Section title="Reasons">
          <Reasons reasons={reasons} />
        </Section>
      )}
    </>
  );
}

function RecomputeButton({ scope, text }: { scope: Scope; text: string }): JSX.Element | null {
  const mayCompute = useMay('scores.compute');
  const { entityType, entityId } = scope;
  const change = useChange(
    () => bodyOf(api.POST('/api/scores/compute', { body: { entityType, entityId } })),
    { renews: [scoreKeys.scope(scope)], done: (computed) => computedText(computed) },
  );
  if (!mayCompute) return null;
  return (
    <div className="acts panel-acts">
      <button
        type="button"
        className="b"
        disabled={change.isPending}
        onClick={() => change.mutate(undefined)}
      >
        {text}
      </button>
    </div>
  );
}
