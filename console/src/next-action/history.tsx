import { type JSX } from 'react';
import { type NextActionDetail, type Schemas } from '../api/client.js';
import { useCatalogue, useExecutions } from '../api/queries.js';
import { labelOf } from '../ui/schema-fields.js';
import { Time } from '../ui/time.js';
import { changesOf } from './changes.js';
import { Section } from './section.js';

type Execution = Schemas['ExecutionAnswer'];

interface Props {
  readonly item: NextActionDetail;
  readonly now: number;
}

/** Every execution, the newest first, with what it changed. */
export function History({ item, now }: Props): JSX.Element {
  const executions = useExecutions(item.id);
  const catalogue = useCatalogue();
  const label = (key: string): string =>
    catalogue.data?.items.find(({ actionKey }) => actionKey === key)?.label ?? labelOf(key);
  return (
    <Section title="History">
      <div className="hist">
        {executions.data?.items.map((execution) => (
          <Entry
            key={execution.id}
            execution={execution}
            label={label(execution.actionKey)}
            now={now}
          />
        ))}
        <p>
          {item.createdByRule === null ? 'Created' : 'Suggested by a rule'}{' '}
          <span className="when">
            <Time at={item.createdAt} now={now} />
          </span>
        </p>
      </div>
    </Section>
  );
}

function Entry({
  execution,
  label,
  now,
}: {
  execution: Execution;
  label: string;
  now: number;
}): JSX.Element {
  const { status, undoesId, undoneAt, actorName, startedAt, errorCode, errorMessage } = execution;
  const what = undoesId === null ? label : `Undo: ${label}`;
  return (
    <p>
      {what}
      {status === 'failed' && ' failed'} by {actorName ?? 'the system'}{' '}
      <span className="when">
        <Time at={startedAt} now={now} />
        {undoneAt !== null && ', undone since'}
      </span>
      {status === 'failed' && (
        <>
          <br />
          <code>
            {errorCode} {errorMessage}
          </code>
        </>
      )}
      {changesOf(execution.changes).map(({ field, from, to }) => (
        <span key={field}>
          <br />
          <code>
            {field} {from} → {to}
          </code>
        </span>
      ))}
    </p>
  );
}
