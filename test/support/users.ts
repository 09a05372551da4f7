import { SYSTEM_ACTOR } from '../../src/kernel/actor.js';
import { type Role } from '../../src/kernel/permissions.js';
import { UsersService } from '../../src/users/api/users.service.js';
import { type ListedUser } from '../../src/users/api/users.dto.js';
import { type TestApp } from './app.js';
import { ApiClient } from './requests.js';

/** A password that any user of a test may have. */
export const PASSWORD = 'nearly fifteen horses graze';

/** A further user of a test, and requests as this user. */
export interface TestUser {
  readonly user: ListedUser;
  readonly api: ApiClient;
}

interface NewTestUser {
  readonly role?: Role;
  readonly scopes?: string[];
  readonly email?: string;
  readonly password?: string;
}

let made = 0;

/** Adds a user; without more, an operator of all scopes. */
export async function addUser(
  app: TestApp,
  { role = 'operator', scopes = ['*'], email, password = PASSWORD }: NewTestUser = {},
): Promise<TestUser> {
  made += 1;
  const address = email ?? `user-${made}@example.com`;
  const body = { email: address, password, role, scopes };
  const user = await app.get(UsersService).create(body, SYSTEM_ACTOR);
  return { user, api: await signIn(app, address, password) };
}

/** Signs a user in once more, and returns requests of that session. */
export async function signIn(
  app: TestApp,
  email: string,
  password: string = PASSWORD,
): Promise<ApiClient> {
  const { body } = await app.anonymous.post('/api/auth/login', { email, password }).expect(200);
  return new ApiClient(app.url, (body as { accessToken: string }).accessToken);
}
