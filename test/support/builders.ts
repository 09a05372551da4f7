import { randomUUID } from 'node:crypto';
import { type ApiClient } from './requests.js';

let count = 0;

/** A next best action, created through the API; its title and scope are its own unless given. */
export async function createNextAction(
  api: ApiClient,
  values: object = {},
): Promise<{ id: string } & Record<string, unknown>> {
  count += 1;
  const response = await api
    .post('/api/next-actions', { title: `Next action ${count}`, ...values })
    .expect((answer) => {
      if (answer.status !== 201 && answer.status !== 200) {
        throw new Error(`Creating a next action answered ${answer.status}: ${answer.text}`);
      }
    });
  return response.body as { id: string } & Record<string, unknown>;
}

/** A work item, pushed through the API: an open reminder with a unique name by default. */
export async function createWorkItem(
  api: ApiClient,
  {
    kind = 'reminder',
    externalId,
    ...values
  }: { kind?: string; externalId?: string; [field: string]: unknown } = {},
): Promise<{ id: string; externalId: string } & Record<string, unknown>> {
  const name = externalId ?? `item ${randomUUID()}`;
  const response = await api
    .put(`/api/work-items/${kind}/${encodeURIComponent(name)}`, {
      title: `Work item ${name}`,
      state: kind === 'intake_lead' ? 'new' : 'open',
      ...values,
    })
    .expect(201);
  return response.body as { id: string; externalId: string } & Record<string, unknown>;
}
