import { type QueryKey } from '@tanstack/react-query';
import { keys, queryClient } from '../api/queries.js';
import { useLiveMessages } from './live.js';
import { nextActionOf } from './next-action-of.js';
import { useOnLive } from './renewed.js';

/** Events that change the counts of the queue. */
const COUNTED = ['nba.', 'suppression.'];

/** The queue looks after its rows itself, and the session after who is signed in. */
const KEPT: readonly unknown[] = [keys.me[0], keys.queues[0]];

function isRenewed({ queryKey }: { readonly queryKey: QueryKey }): boolean {
  return !KEPT.includes(queryKey[0]);
}

/**
 * Reads anew what every page shows: the counts, and the next best action whose details are open. What no page
 * shows now is old after any event: no page follows the events for it.
 */
export function LiveQueries(): null {
  useOnLive(COUNTED, () => {
    void queryClient.invalidateQueries({ queryKey: keys.summaries });
    // A list that is not shown is read anew when it is: nobody keeps its rows meanwhile.
    queryClient.removeQueries({ queryKey: keys.queues, type: 'inactive' });
  });
  useLiveMessages((message) => {
    if (message.name === 'reset') {
      void queryClient.invalidateQueries({ predicate: isRenewed });
      return;
    }
    // At once: whoever shows one of these again, however soon, reads it anew.
    void queryClient.invalidateQueries({
      predicate: isRenewed,
      type: 'inactive',
      refetchType: 'none',
    });
    if (message.name === 'begun') {
      void queryClient.invalidateQueries({ queryKey: keys.nextActions });
      return;
    }
    const id = nextActionOf(message.event);
    if (id !== undefined) void queryClient.invalidateQueries({ queryKey: keys.nextAction(id) });
  });
  return null;
}
