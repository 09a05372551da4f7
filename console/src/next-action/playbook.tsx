import { useMutation } from '@tanstack/react-query';
import { type JSX } from 'react';
import { api, bodyOf } from '../api/client.js';
import { keys, queryClient, usePlaybook } from '../api/queries.js';
import { Section } from './section.js';

interface Props {
  readonly id: string;
  readonly canTick: boolean;
}

/** The steps of the playbook with their ticks; nothing for one without a playbook. */
export function Playbook({ id, canTick }: Props): JSX.Element | null {
  const { data } = usePlaybook(id);
  const tick = useMutation({
    mutationFn: ({ key, done }: { key: string; done: boolean }) =>
      bodyOf(
        api.PUT('/api/next-actions/{id}/playbook/steps/{key}', {
          params: { path: { id, key } },
          body: { done },
        }),
      ),
    onSuccess: (playbook) => queryClient.setQueryData(keys.playbook(id), playbook),
  });
  if (!data || data.steps.length === 0) return null;
  return (
    <Section title="Playbook">
      {data.steps.map(({ key, text, done, required, actionKey, doneByName, executionId }) => (
        <label className="step" key={key}>
          <input
            type="checkbox"
            checked={done}
            // What a press ticked stays ticked.
            disabled={!canTick || tick.isPending || (done && executionId !== null)}
            onChange={() => tick.mutate({ key, done: !done })}
          />
          <span>
            {text}
            {done && doneByName !== null && <span className="tag"> · {doneByName}</span>}
            {!done && actionKey !== null && <span className="tag"> · ticked by its button</span>}
            {!required && <span className="tag"> · optional</span>}
          </span>
        </label>
      ))}
      {tick.error && (
        <p className="fault" role="alert">
          {tick.error.message}
        </p>
      )}
    </Section>
  );
}
