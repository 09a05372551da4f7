import type supertest from 'supertest';
import { OPERATOR, type TestApp } from './app.js';

export type Headers = Readonly<Record<string, string>>;

/** Opens a session and returns the answer. */
export function openSession(
  app: TestApp,
  headers: Headers = { Origin: app.url },
  body: object = OPERATOR,
): supertest.Test {
  return app.anonymous.post('/api/auth/session', body).set(headers);
}

/** The one cookie that an answer sets. */
export function setCookieOf({ headers }: supertest.Response): string {
  const [cookie = '', ...others] = headers['set-cookie'] as unknown as string[];
  expect(others).toEqual([]);
  return cookie;
}

/** Opens a session and returns what a browser sends of its cookie. */
export async function cookieOf(app: TestApp, body: object = OPERATOR): Promise<string> {
  return setCookieOf(await openSession(app, { Origin: app.url }, body).expect(204)).split(';')[0]!;
}

/** Who a cookie belongs to. */
export const meWith = (app: TestApp, cookie: string) =>
  app.anonymous.get('/api/auth/me').set('Cookie', cookie);
