import { type JSX } from 'react';
import { type Schemas } from '../../api/client.js';
import { durationText } from '../../ui/duration.js';
import { Time } from '../../ui/time.js';

type Try = Schemas['JobAttemptAnswer'];

/** Every attempt with its error, the newest first. */
export function Attempts({
  tries,
  now,
}: {
  readonly tries: readonly Try[];
  readonly now: number;
}): JSX.Element {
  if (tries.length === 0) return <p className="sub">None so far.</p>;
  return (
    <ol className="hist tries">
      {tries.toReversed().map((each) => (
        <Attempt key={each.attempt} of={each} now={now} />
      ))}
    </ol>
  );
}

function Attempt({ of, now }: { of: Try; now: number }): JSX.Element {
  const { attempt, status, startedAt, heartbeatAt, finishedAt, errorCode, errorMessage } = of;
  const took = finishedAt === null ? null : Date.parse(finishedAt) - Date.parse(startedAt);
  return (
    <li>
      {attempt}. {status.replace('_', '-')}{' '}
      <span className="when">
        <Time at={startedAt} now={now} />
        {took !== null && `, took ${durationText(took)}`}
        {finishedAt === null && (
          <>
            , heartbeat <Time at={heartbeatAt} now={now} />
          </>
        )}
      </span>
      {errorCode !== null && <div className="code">{errorCode}</div>}
      {errorMessage !== null && <div className="note">{errorMessage}</div>}
    </li>
  );
}
