import { setTimeout as delay } from 'node:timers/promises';
import type supertest from 'supertest';
import { type QaEnv } from './qa-env.js';
import { ApiClient } from './requests.js';

/** Longest wait for a limit of the server to pass: a minute's window and a little more. */
export const LIMIT_WAIT_MS = 70_000;

/** The address of the server under test, without a slash at its end. Throws with a sentence. */
export function baseUrlOf({ PLAYWRIGHT_BASE_URL: url = '' }: QaEnv): string {
  if (!URL.canParse(url)) {
    throw new Error('PLAYWRIGHT_BASE_URL is no address: write it as https://staging.example.com.');
  }
  const { origin, pathname } = new URL(url);
  return origin + pathname.replace(/\/+$/, '');
}

/** A token of E2E_EMAIL. Throws with a sentence that names the setting to correct. */
export async function signIn(env: QaEnv): Promise<string> {
  const { E2E_EMAIL: email, E2E_PASSWORD: password } = env;
  if (!email || !password) {
    throw new Error('PLAYWRIGHT_BASE_URL is set: set E2E_EMAIL and E2E_PASSWORD, too.');
  }
  const url = baseUrlOf(env);
  const anonymous = new ApiClient(url);
  const answer = await afterItsLimit(() =>
    anonymous.post('/api/auth/login', { email, password }),
  ).catch((error: unknown) => {
    throw new Error(
      `${url} does not answer (${(error as Error).message}): start it, or correct PLAYWRIGHT_BASE_URL.`,
      { cause: error },
    );
  });
  if (answer.status === 401) {
    throw new Error(`${url} refused the sign-in: correct E2E_EMAIL or E2E_PASSWORD.`);
  }
  if (answer.status !== 200) {
    throw new Error(`Signing in at ${url} as E2E_EMAIL answered ${answer.status}.`);
  }
  return (answer.body as { accessToken: string }).accessToken;
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
