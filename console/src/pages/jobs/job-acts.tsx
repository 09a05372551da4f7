import { type JSX } from 'react';
import { api, bodyOf } from '../../api/client.js';
import { useChange } from '../../ui/change.js';
import { type Job, type JobState } from './job-filters.js';

const RETRYABLE: readonly JobState[] = ['dead_lettered', 'cancelled'];
const CANCELLABLE: readonly JobState[] = ['waiting', 'retrying'];

/** Retry and Cancel, as the state allows. */
export function JobActs({ job: { id, type, state } }: { readonly job: Job }): JSX.Element | null {
  const params = { path: { id } };
  const renews = [['jobs']];
  const retry = useChange(() => bodyOf(api.POST('/api/jobs/{id}/retry', { params })), {
    done: () => `${type}: due at once, with all its attempts`,
    renews,
  });
  const cancel = useChange(() => bodyOf(api.POST('/api/jobs/{id}/cancel', { params })), {
    done: () => `${type}: cancelled`,
    renews,
  });
  const isPending = retry.isPending || cancel.isPending;
  if (!RETRYABLE.includes(state) && !CANCELLABLE.includes(state)) return null;
  return (
    <div className="acts">
      {RETRYABLE.includes(state) && (
        <button
          type="button"
          className="b p"
          disabled={isPending}
          onClick={() => retry.mutate(undefined)}
        >
          Retry
        </button>
      )}
      {CANCELLABLE.includes(state) && (
        <button
          type="button"
          className="b"
          disabled={isPending}
          onClick={() => cancel.mutate(undefined)}
        >
          Cancel the job
        </button>
      )}
    </div>
  );
}
