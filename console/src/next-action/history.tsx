import { type JSX } from 'react';
import { api, bodyOf, type NextActionDetail, type Schemas } from '../api/client.js';
import { useCatalogue, useExecutions } from '../api/queries.js';
import { useMay } from '../api/rights.js';
import { renewChanged } from '../press/pressing.js';
import { useChange } from '../ui/change.js';
import { labelOf } from '../ui/schema-fields.js';
import { Time } from '../ui/time.js';
import { changesOf } from './changes.js';
import { Section } from './section.js';

type Execution = Schemas['ExecutionAnswer'];

/** For how long the API takes a press back, in ms. Source: docs/http-api.md, `UNDO_EXPIRED`. */
const UNDOABLE_MS = 10 * 60_000;

interface Props {
  readonly item: NextActionDetail;
  readonly now: number;
}

/** Every execution, the newest first, with what it changed. */
export function History({ item, now }: Props): JSX.Element {
  const executions = useExecutions(item.id);
  const catalogue = useCatalogue();
  const mayPress = useMay('next-actions.press');
  const actions = catalogue.data?.items;
  const label = (key: string): string =>
    actions?.find(({ actionKey }) => actionKey === key)?.label ?? labelOf(key);
  const isUndoable = (execution: Execution): boolean =>
    mayPress &&
    execution.status === 'success' &&
    execution.undoesId === null &&
    execution.undoneAt === null &&
    now - Date.parse(execution.startedAt) < UNDOABLE_MS &&
    actions?.find(({ actionKey }) => actionKey === execution.actionKey)?.undo === true;
  return (
    <Section title="History">
      <div className="hist">
        {executions.data?.items.map((execution) => (
          <Entry
            key={execution.id}
            execution={execution}
            label={label(execution.actionKey)}
            isUndoable={isUndoable(execution)}
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
  isUndoable,
  now,
}: {
  execution: Execution;
  label: string;
  isUndoable: boolean;
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
      {isUndoable && <UndoButton execution={execution} label={label} />}
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

/** Takes a press back that somebody made in the last minutes; a later press may stand in its way, which the API says. */
function UndoButton({ execution, label }: { execution: Execution; label: string }): JSX.Element {
  const { nextActionId } = execution;
  const undo = useChange(
    () =>
      bodyOf(
        api.POST('/api/next-actions/{id}/executions/{executionId}/undo', {
          params: { path: { id: nextActionId, executionId: execution.id } },
        }),
      ),
    {
      done: () => `Undone: ${label}`,
      renews: [],
      store: () => renewChanged([nextActionId]),
    },
  );
  return (
    <>
      {' '}
      <button
        type="button"
        className="link"
        disabled={undo.isPending}
        aria-label={`Undo ${label}`}
        onClick={() => undo.mutate()}
      >
        Undo
      </button>
    </>
  );
}
