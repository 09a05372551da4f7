import supertest from 'supertest';
import { type TestApp } from './app.js';
import { freshScope, listIn, type TestScope } from './desk.js';

/** The parameters of an import. */
export type Query = Record<string, string | number | boolean>;

/** An item as a list shows it. */
export interface ItemBody {
  readonly externalId: string;
  readonly title: string;
  readonly [field: string]: unknown;
}

/** A scope, as a query. */
export const someScope = (): { entityType: string; entityId: string } => ({ ...freshScope() });

/** The errors of an answer, each as its line and field. */
export const errorsOf = (body: { errors: { line: number; field: string }[] }): string[] =>
  body.errors.map(({ line, field }) => `${line}: ${field}`);

/** A file of reminders, of which some are in a state that they can't have. */
export const rows = (scope: TestScope, count: number, broken: number[] = []): string =>
  [
    'externalId,state,title',
    ...Array.from({ length: count }, (_, index) => {
      const state = broken.includes(index) ? 'lost' : 'open';
      return `${scope.entityId}:${index},${state},Call ${index}`;
    }),
  ].join('\n');

/** Imports files into an application, and looks at what they left. */
export class CsvClient {
  constructor(private readonly app: TestApp) {}

  send(
    file: string | Buffer,
    query: Query = {},
    headers: Record<string, string> = {},
  ): supertest.Test {
    const { url, api } = this.app;
    return supertest(url)
      .post('/api/work-items/import')
      .query(query)
      .set({ Authorization: `Bearer ${api.token!}`, 'Content-Type': 'text/csv', ...headers })
      .serialize((body: unknown) => body as string)
      .send(file as string);
  }

  itemsOf(scope: TestScope): Promise<ItemBody[]> {
    return listIn<ItemBody>(this.app.api, '/api/work-items', scope);
  }

  async stagedParts(): Promise<number> {
    const [found] = await this.app.rows<{ n: number }>(
      'SELECT count(*)::int AS n FROM staged_work_items',
    );
    return found!.n;
  }
}
