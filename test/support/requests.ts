import { type IncomingMessage } from 'node:http';
import supertest from 'supertest';

type Query = Record<string, string | number | boolean | string[] | undefined>;

/** Reads only what a stream, which does not end, sends first, and closes it. An error is read as usual. */
export function beginningOf(test: supertest.Test): supertest.Test {
  return test.buffer(true).parse((answer, done) => {
    const message = answer as unknown as IncomingMessage;
    const streams = message.headers['content-type']?.startsWith('text/event-stream') === true;
    let text = '';
    message.setEncoding('utf8');
    message.on('data', (chunk: string) => {
      text += chunk;
      if (!streams) return;
      message.removeAllListeners('data');
      done(null, text);
      message.destroy();
    });
    message.on('end', () => done(null, text === '' ? {} : (JSON.parse(text) as unknown)));
  });
}

/** Requests to the API, with a token or without. */
export class ApiClient {
  constructor(
    readonly url: string,
    readonly token?: string,
  ) {}

  get(path: string, query: Query = {}): supertest.Test {
    return this.authorized(supertest(this.url).get(path).query(query));
  }
  post(path: string, body?: object): supertest.Test {
    return this.authorized(supertest(this.url).post(path).send(body));
  }
  put(path: string, body?: object): supertest.Test {
    return this.authorized(supertest(this.url).put(path).send(body));
  }
  patch(path: string, body?: object): supertest.Test {
    return this.authorized(supertest(this.url).patch(path).send(body));
  }
  delete(path: string): supertest.Test {
    return this.authorized(supertest(this.url).delete(path));
  }

  options(path: string): supertest.Test {
    return this.authorized(supertest(this.url).options(path));
  }

  /** Presses a button. */
  press(nextActionId: string, actionKey: string, extra: object = {}): supertest.Test {
    return this.post(`/api/next-actions/${nextActionId}/execute`, { actionKey, ...extra });
  }

  /** Takes a press back. */
  undo(nextActionId: string, executionId: string): supertest.Test {
    return this.post(`/api/next-actions/${nextActionId}/executions/${executionId}/undo`);
  }

  /** A next best action, as the API shows it. */
  async nextAction(id: string): Promise<supertest.Response['body']> {
    return (await this.get(`/api/next-actions/${id}`).expect(200)).body;
  }

  /** The executions of a next best action, the newest first. */
  async executionsOf<Row = supertest.Response['body']>(nextActionId: string): Promise<Row[]> {
    return (await this.get(`/api/next-actions/${nextActionId}/executions`).expect(200)).body.items;
  }

  private authorized(test: supertest.Test): supertest.Test {
    return this.token === undefined ? test : test.set('Authorization', `Bearer ${this.token}`);
  }
}
