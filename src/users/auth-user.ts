import { type UserRole } from './user.entity.js';

/** The signed-in user of a request. */
export interface AuthUser {
  readonly id: string;
  readonly email: string;
  readonly role: UserRole;
}
