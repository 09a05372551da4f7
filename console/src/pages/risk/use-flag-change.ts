import { api, bodyOf } from '../../api/client.js';
import { queryClient } from '../../api/queries.js';
import { useChange } from '../../ui/change.js';
import { exactTime } from '../../ui/relative-time.js';
import { type Flag, type FlagChange, waysBack } from './flag-changes.js';

/** Everything that is read about flags is cached below it. */
export const RISK_KEY = ['risk'];

/** One flag as it was read last, by its id. */
export function flagKey(id: string): readonly string[] {
  return ['risk-flag', id];
}

interface Step {
  readonly flag: Flag;
  readonly body: FlagChange;
}

/** Changes a flag, and says so with an undo. */
export function useFlagChange(): {
  readonly change: (step: Step) => void;
  readonly isPending: boolean;
} {
  const back = useChange(takeBack, {
    done: (flag) => `Undone: “${flag.title}” is ${flag.status}`,
    renews: [RISK_KEY],
  });
  const change = useChange(({ flag, body }: Step) => send(flag.id, body), {
    done: said,
    undo: (after, { flag }) => {
      return () => back.mutate({ after, before: flag });
    },
    renews: [RISK_KEY],
  });
  return { change: change.mutate, isPending: change.isPending || back.isPending };
}

async function send(id: string, body: FlagChange): Promise<Flag> {
  const flag = await bodyOf(api.PATCH('/api/risk/{id}', { params: { path: { id } }, body }));
  queryClient.setQueryData(flagKey(id), flag);
  return flag;
}

async function takeBack({ before, after }: { before: Flag; after: Flag }): Promise<Flag> {
  let flag = after;
  for (const step of waysBack(before, after, Date.now())) flag = await send(flag.id, step);
  return flag;
}

function said({ title, status, snoozedUntil }: Flag): string {
  return snoozedUntil !== null && status === 'snoozed'
    ? `“${title}”: snoozed until ${exactTime(snoozedUntil)}`
    : `“${title}”: ${status === 'open' ? 'reopened' : status}`;
}
