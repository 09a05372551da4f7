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
      void queryClient.invalidateQueries();
      return;
    }
    const id = nextActionOf(message.event);
    if (id !== undefined) void queryClient.invalidateQueries({ queryKey: keys.nextAction(id) });
  });
  return null;
}
