import { api, type Schemas } from '../api/client.js';
import { readExecutions } from '../api/queries.js';
import { type Intent } from './press.js';
import { type PressAnswer } from './press-answer.js';
import { type Presser, type Transport } from './presses.js';

interface Answer {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly response: Response;
}

function answerOf({ data, error, response }: Answer): PressAnswer {
  return {
    status: response.status,
    replayed: response.headers.get('Idempotent-Replayed') === 'true',
    retryAfter: response.headers.get('Retry-After'),
    body: data ?? error,
  };
}

/** Presses over the API: one target by its own route, several as one bulk request. */
export const httpTransport: Transport = {
  async press({ key, actionKey, input, targets }: Intent): Promise<PressAnswer> {
    const header = { 'Idempotency-Key': key };
    // The types know the actions of the build; a server may have more.
    const body = { actionKey, ...(input === undefined ? {} : { input }) } as Schemas['ExecuteBody'];
    const [first] = targets;
    if (targets.length === 1 && first) {
      const params = { path: { id: first.id }, header };
      return answerOf(await api.POST('/api/next-actions/{id}/execute', { params, body }));
    }
    const ids = targets.map(({ id }) => id);
    const bulk = { ...body, ids } as Schemas['BulkExecuteBody'];
    return answerOf(
      await api.POST('/api/next-actions/execute', { params: { header }, body: bulk }),
    );
  },

  async undo(executions): Promise<PressAnswer> {
    const [first] = executions;
    if (executions.length === 1 && first) {
      const [id, executionId] = first;
      const params = { path: { id, executionId } };
      return answerOf(
        await api.POST('/api/next-actions/{id}/executions/{executionId}/undo', { params }),
      );
    }
    const executionIds = executions.map(([, executionId]) => executionId);
    return answerOf(await api.POST('/api/next-actions/undo', { body: { executionIds } }));
  },

  async presserOf(id, executionId): Promise<Presser | undefined> {
    const { items } = await readExecutions(id);
    const execution = items.find((each) => each.id === executionId);
    if (!execution) return undefined;
    const { actorId, actorName, startedAt } = execution;
    return { id: actorId, name: actorName ?? 'the system', at: startedAt };
  },
};
