import { setTimeout as delay } from 'node:timers/promises';
import type supertest from 'supertest';
import { createTestApp } from './app.js';
import { ApiClient } from './requests.js';

/** What QA suites read of the environment. */
export interface QaEnv {
  readonly PLAYWRIGHT_BASE_URL?: string;
  readonly E2E_EMAIL?: string;
  readonly E2E_PASSWORD?: string;
  readonly E2E_ALLOW_PROD_SCORE?: string;
}

/** The production host: a suite that changes data must not run there. */
const GUARDED = 'evenslouis.ca';

/** Longest wait for a limit of the server to pass: a minute's window and a little more. */
const LIMIT_WAIT_MS = 70_000;

/** What a suite does to the server that it is given. */
export interface QaSuiteOptions {
  /** Scores leads and nothing else: may run on the guarded host where E2E_ALLOW_PROD_SCORE=1 says so. */
  readonly scoresLeadsOnly?: boolean;
}

/** Why a suite must not run, as a sentence; undefined if it may. */
export function skipReason(env: QaEnv, options: QaSuiteOptions = {}): string | undefined {
  const url = env.PLAYWRIGHT_BASE_URL ?? '';
  if (!url.toLowerCase().includes(GUARDED)) return undefined;
  if (!options.scoresLeadsOnly) {
    return `PLAYWRIGHT_BASE_URL includes ${GUARDED}, and this suite changes data`;
  }
  if (env.E2E_ALLOW_PROD_SCORE === '1') return undefined;
  return `PLAYWRIGHT_BASE_URL includes ${GUARDED}: E2E_ALLOW_PROD_SCORE=1 lets it score there on purpose`;
}

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
    this.running = isRemote(env) ? await connect(env) : await createTestApp();
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

async function connect(env: QaEnv): Promise<Running> {
  const { E2E_EMAIL: email, E2E_PASSWORD: password } = env;
  if (!email || !password) {
    throw new Error('PLAYWRIGHT_BASE_URL is set: set E2E_EMAIL and E2E_PASSWORD, too.');
  }
  const { origin, pathname } = new URL(env.PLAYWRIGHT_BASE_URL!);
  const anonymous = new ApiClient(origin + pathname.replace(/\/+$/, ''));
  const answer = await afterItsLimit(() => anonymous.post('/api/auth/login', { email, password }));
  if (answer.status !== 200) {
    throw new Error(`Signing in at ${origin} as E2E_EMAIL answered ${answer.status}.`);
  }
  const { accessToken } = answer.body as { accessToken: string };
  return { api: new ApiClient(anonymous.url, accessToken), anonymous, remote: true };
}

/** Sends a request, again after the server's own `Retry-After` while it answers 429, for some 70 s. */
export async function afterItsLimit(send: () => supertest.Test): Promise<supertest.Response> {
  const deadline = Date.now() + LIMIT_WAIT_MS;
  for (;;) {
    const answer = await send();
    const waitMs = Number(answer.headers['retry-after']) * 1000;
    if (answer.status !== 429 || Date.now() + waitMs > deadline) return answer;
    await delay(waitMs);
  }
}
