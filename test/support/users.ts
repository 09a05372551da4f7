import { JwtService } from '@nestjs/jwt';
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

let made = 0;

/** Adds a user; without more, an operator of all scopes. */
export async function addUser(
  app: TestApp,
  {
    role = 'operator',
    scopes = ['*'],
    email,
  }: Partial<Pick<ListedUser, 'email' | 'scopes'>> & {
    role?: Role;
  } = {},
): Promise<TestUser> {
  made += 1;
  const address = email ?? `user-${made}@example.com`;
  const body = { email: address, password: PASSWORD, role, scopes };
  const user = await app.get(UsersService).create(body, SYSTEM_ACTOR);
  return { user, api: new ApiClient(app.url, app.get(JwtService).sign({ sub: user.id })) };
}
