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
