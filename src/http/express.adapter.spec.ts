import { IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type Express, type Request } from 'express';
import { ExpressHttpAdapter } from './express.adapter.js';

describe('the adapter of Express', () => {
  const adapter = new ExpressHttpAdapter();
  adapter.initHttpServer();
  const app = adapter.getInstance<Express>();
  const server = adapter.getHttpServer();
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

  const get = (path: string): Promise<Response> => {
    const { port } = server.address() as AddressInfo;
    return fetch(`http://127.0.0.1:${port}${path}`);
  };

  it('makes requests and answers with the prototypes that Express would give them', async () => {
    const prototypes: unknown[] = [];
    const note = (request: IncomingMessage, response: ServerResponse): void => {
      prototypes.push(Object.getPrototypeOf(request), Object.getPrototypeOf(response));
    };
    server.prependListener('request', note);
    app.get('/seen', (request, response) => {
      note(request, response);
      response.json({});
    });
    await get('/seen');
    server.off('request', note);
    const [request, response, requestThen, responseThen] = prototypes;
    expect(request === app.request && requestThen === app.request).toBe(true);
    expect(response === app.response && responseThen === app.response).toBe(true);
  });

  it('leaves what Express and Node give them', async () => {
    app.get('/given', (request: Request, response) => {
      response.status(202).json({
        app: request.app === app && response.app === app,
        node: request instanceof IncomingMessage && response instanceof ServerResponse,
        query: request.query,
        host: request.hostname,
      });
    });
    const answer = await get('/given?a=1');
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({
      app: true,
      node: true,
      query: { a: '1' },
      host: '127.0.0.1',
    });
  });
});
