import type supertest from 'supertest';
import { type QaEnv, type QaSuiteOptions, skipReason } from './qa-env.js';
import { afterItsLimit, baseUrlOf, LIMIT_WAIT_MS, signIn } from './qa-sign-in.js';
import { ApiClient } from './requests.js';

/** The server under test: the application in this process, or the one that runs at PLAYWRIGHT_BASE_URL. */
export class QaServer {
  private running: Running | undefined;

  /** Requests as the signed-in user. */
  get api(): ApiClient {
    return this.started().api;
  }

  get anonymous(): ApiClient {
    return this.started().anonymous;
  }

  /**
   * Sends a request whose route is limited. A running server counts other requests of this user, too:
   * there, one that was refused is sent again when the server said.
   */
  async limited(send: () => supertest.Test): Promise<supertest.Response> {
    return this.started().remote ? afterItsLimit(send) : send();
  }

  async start(env: QaEnv): Promise<void> {
    this.running = isRemote(env) ? await connect(env) : await startHere();
  }

  async close(): Promise<void> {
    await this.running?.close?.();
  }

  private started(): Running {
    if (!this.running) throw new Error('The server is there inside tests and hooks only.');
    return this.running;
  }
}

interface Running {
  readonly api: ApiClient;
  readonly anonymous: ApiClient;
  readonly remote?: true;
  close?(): Promise<void>;
}

function isRemote(env: QaEnv): boolean {
  return (env.PLAYWRIGHT_BASE_URL ?? '') !== '';
}

/**
 * A suite through HTTP alone, in this process or, with PLAYWRIGHT_BASE_URL, E2E_EMAIL and
 * E2E_PASSWORD, against a running server. On a guarded host it is skipped, and its title says why.
 */
export function describeOnServer(
  name: string,
  options: QaSuiteOptions,
  body: (server: QaServer) => void,
): void {
  const env = process.env as QaEnv;
  const server = new QaServer();
  const reason = skipReason(env, options);
  if (reason !== undefined) {
    // eslint-disable-next-line no-console -- not every kind of run prints the titles of what it skips
    console.warn(`${name}: skipped. ${reason}.`);
    describe.skip(`${name} (skipped: ${reason})`, () => body(server));
    return;
  }
  describe(name, () => {
    if (isRemote(env)) jest.setTimeout(2 * LIMIT_WAIT_MS);
    beforeAll(() => server.start(env));
    body(server);
    // Registered after the suite's own, so it runs after them.
    afterAll(() => server.close());
  });
}

/** Imported here: a run against a server elsewhere does without the application. */
async function startHere(): Promise<Running> {
  return (await import('./app.js')).createTestApp();
}

async function connect(env: QaEnv): Promise<Running> {
  const url = baseUrlOf(env);
  const token = env.E2E_TOKEN ?? (await signIn(env));
  return { api: new ApiClient(url, token), anonymous: new ApiClient(url), remote: true };
}
