import { useCallback } from 'react';
import { ApiProblem, type NextAction } from '../../api/client.js';
import { keys, queryClient, readNextAction } from '../../api/queries.js';
import { useChanged } from '../../press/pressing.js';
import { type Filters, listFilterOf } from './filters.js';
import { belongs, type QueueData, withRow } from './queue-rows.js';

/** Up to how many rows are read one by one; beyond, the whole list is. */
const ONE_BY_ONE = 10;

/** Keeps the rows of the list as the server has them, after presses and undos. */
export function useFreshRows(filters: Filters, me: string): void {
  useChanged(
    useCallback(
      (ids) => {
        if (ids.length > ONE_BY_ONE) void queryClient.invalidateQueries({ queryKey: keys.queues });
        else for (const id of ids) void refresh(id, filters, me);
      },
      [filters, me],
    ),
  );
}

async function refresh(id: string, filters: Filters, me: string): Promise<void> {
  const queryKey = keys.queue(listFilterOf(filters));
  try {
    const item: NextAction = await readNextAction(id);
    queryClient.setQueryData<QueueData>(
      queryKey,
      (data) => data && withRow(data, item, belongs(item, filters, me, Date.now())),
    );
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) {
      void queryClient.invalidateQueries({ queryKey });
    }
  }
}
