import { type QueryKey } from '@tanstack/react-query';
import { keys, queryClient } from '../api/queries.js';
import { useLiveMessages } from './live.js';
import { nextActionOf } from './next-action-of.js';
import { useOnLive } from './renewed.js';

/** Events that change the counts of the queue. */
const COUNTED = ['nba.', 'suppression.'];

/** Reads anew what every page shows: the counts, and the next best action whose details are open. */
export function LiveQueries(): null {
  useOnLive(COUNTED, () => {
    void queryClient.invalidateQueries({ queryKey: keys.summaries });
    // A list that is not shown is read anew when it is: nobody keeps its rows meanwhile.
    queryClient.removeQueries({ queryKey: keys.queues, type: 'inactive' });
  });
  useLiveMessages((message) => {
    if (message.name === 'reset') {
      // The queue looks after its rows itself.
      const kept: readonly unknown[] = [keys.me[0], keys.queues[0]];
      const predicate = ({ queryKey }: { queryKey: QueryKey }): boolean =>
        !kept.includes(queryKey[0]);
      void queryClient.invalidateQueries({ predicate });
      return;
    }
    if (message.name === 'begun') {
      void queryClient.invalidateQueries({ queryKey: keys.nextActions });
      return;
    }
    const id = nextActionOf(message.event);
    if (id !== undefined) void queryClient.invalidateQueries({ queryKey: keys.nextAction(id) });
  });
  return null;
}
