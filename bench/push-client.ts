const BATCH_ROWS = 1000;

/** What an import answers. */
interface ImportAnswer {
  readonly rows: number;
  readonly errors: readonly { readonly line: number }[];
}

/** A client that pushes rows which no earlier push had: each is created. */
export class PushClient {
  private constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  static async signIn(
    url: string,
    operator: { readonly email: string; readonly password: string },
  ): Promise<PushClient> {
    const answer = await fetch(`${url}/api/auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(operator),
    });
    const { accessToken } = (await answer.json()) as { accessToken: string };
    return new PushClient(url, accessToken);
  }

  /** Imports a file; `broken` is the number of a row whose quote is not closed. */
  async import(
    query: string,
    rows: number,
    broken?: number,
  ): Promise<{ readonly answer: ImportAnswer; readonly seconds: number }> {
    const file = csvOf(itemsOf(rows), broken);
    const begun = performance.now();
    const answer = await this.post(`import?kind=reminder&${query}`, 'text/csv', file);
    return { answer: answer as ImportAnswer, seconds: (performance.now() - begun) / 1000 };
  }

  /** Pushes rows like those of a file by batches of 1000, one after the other, and returns the seconds. */
  async pushBatches(rows: number): Promise<number> {
    const items = itemsOf(rows);
    let seconds = 0;
    for (let at = 0; at < rows; at += BATCH_ROWS) {
      const batch = items.slice(at, at + BATCH_ROWS).map(({ owner, note, ...item }) => ({
        kind: 'reminder',
        ...item,
        attributes: { owner, note },
      }));
      const body = JSON.stringify({ items: batch });
      const begun = performance.now();
      await this.post('batch', 'application/json', body);
      seconds += (performance.now() - begun) / 1000;
    }
    return seconds;
  }

  private async post(path: string, type: string, body: string): Promise<unknown> {
    const answer = await fetch(`${this.url}/api/work-items/${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${this.token}`, 'Content-Type': type },
      body,
    });
    if (!answer.ok) throw new Error(`${path} was answered with ${await answer.text()}.`);
    return answer.json();
  }
}

interface Item {
  readonly externalId: string;
  readonly state: string;
  readonly title: string;
  readonly dueAt: string;
  readonly owner: string;
  readonly note: string;
}

let files = 0;

function itemsOf(rows: number): Item[] {
  files += 1;
  return Array.from({ length: rows }, (_, index) => ({
    externalId: `${Date.now()}-${files}-${index}`,
    state: 'open',
    title: `Call Acme about renewal ${index}`,
    dueAt: '2026-12-01T00:00:00Z',
    owner: 'Ana Lima',
    note: `a note, of some length, for row ${index}`,
  }));
}

function csvOf(items: readonly Item[], broken?: number): string {
  const lines = items.map(({ externalId, state, title, dueAt, owner, note }, index) => {
    const quote = index + 1 === broken ? '"' : '';
    return `${externalId},${state},${quote}${title},${dueAt},${owner},"${note}"`;
  });
  return ['externalId,state,title,dueAt,owner,note', ...lines, ''].join('\n');
}
