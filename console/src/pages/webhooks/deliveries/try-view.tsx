import { type JSX } from 'react';
import { type DeliveryTry } from '../../../api/webhooks.js';
import { Badge } from '../../../ui/badge.js';
import { Facts } from '../../../ui/facts.js';
import { Time } from '../../../ui/time.js';
import { durationOf, isSuccess, readable } from './delivery-text.js';

/** One try: status, duration, why it failed, and how the answer begins. */
export function TryView({
  one,
  now,
}: {
  readonly one: DeliveryTry;
  readonly now: number;
}): JSX.Element {
  const { attempt, startedAt, durationMs, status, errorCode, error, answer } = one;
  const isGood = isSuccess(one);
  return (
    <div className="try">
      <div className="try-head">
        <Badge tone={isGood ? 'good' : 'bad'} text={`Try ${attempt}`} />
        <span className="tag">
          <Time at={startedAt} now={now} />
        </span>
      </div>
      <Facts
        facts={[
          ['Status', status ?? 'no answer'],
          ['Took', durationOf(durationMs)],
          ['Error', errorCode === null ? null : <code className="code">{errorCode}</code>],
        ]}
      />
      {error !== null && <p className="fault">{error}</p>}
      {answer !== null && answer !== '' && (
        <pre className="json" tabIndex={0} aria-label={`Answer of try ${attempt}`}>
          {readable(answer)}
        </pre>
      )}
    </div>
  );
}
