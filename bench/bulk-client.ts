import { randomUUID } from 'node:crypto';

const ACTION = 'snooze_1d';

/** What is asked for, of many NBAs. */
export const KINDS = ['preview', 'press', 'undo'] as const;
export type Kind = (typeof KINDS)[number];

/** One of the two ways to ask. */
export type Way = 'together' | 'oneByOne';

interface Answer {
  readonly executionId?: string;
  readonly results?: readonly { readonly ok: boolean; readonly executionId?: string }[];
}

/** Previews, presses and takes back one action on many NBAs: in one request, or one request after the other. */
export class BulkClient {
  /** The executions of the last presses, by NBA. */
  private readonly executions = new Map<string, string>();

  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** Throws if any of them fails. */
  async ask(way: Way, kind: Kind, ids: readonly string[]): Promise<void> {
    if (way === 'together') await this.together(kind, ids);
    else for (const id of ids) await this.single(kind, id);
  }

  private async together(kind: Kind, ids: readonly string[]): Promise<void> {
    const { results = [] } =
      kind === 'undo'
        ? await this.post('undo', { executionIds: ids.map((id) => this.executions.get(id)) }, kind)
        : await this.post(`execute${previewOf(kind)}`, { actionKey: ACTION, ids }, kind);
    if (results.length !== ids.length || !results.every(({ ok }) => ok)) {
      throw new Error(`A ${kind} of ${ids.length} was answered with ${JSON.stringify(results)}.`);
    }
    if (kind === 'press') ids.forEach((id, at) => this.note(id, results[at]));
  }

  private async single(kind: Kind, id: string): Promise<void> {
    if (kind === 'undo') {
      await this.post(`${id}/executions/${this.executions.get(id) ?? ''}/undo`, {}, kind);
      return;
    }
    const answer = await this.post(`${id}/execute${previewOf(kind)}`, { actionKey: ACTION }, kind);
    if (kind === 'press') this.note(id, answer);
  }

  private note(id: string, answer: Pick<Answer, 'executionId'> | undefined): void {
    this.executions.set(id, answer?.executionId ?? '');
  }

  private async post(path: string, body: object, kind: Kind): Promise<Answer> {
    const response = await fetch(`${this.url}/api/next-actions/${path}`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${this.token}`,
        'Content-Type': 'application/json',
        // Neither a preview nor an undo uses a key.
        ...(kind === 'press' ? { 'Idempotency-Key': randomUUID() } : {}),
      },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path} was answered ${response.status}.`);
    return (await response.json()) as Answer;
  }
}

function previewOf(kind: Kind): string {
  return kind === 'preview' ? '?preview=true' : '';
}
