import { type Schemas } from '../../api/client.js';
import { areSameScopes, scopesOf } from '../../ui/scope-lines.js';

export type User = Schemas['ListedUser'];

/** What the form of a user holds; scopes are one a line. */
export interface UserValues {
  readonly email: string;
  readonly name: string;
  readonly role: User['role'];
  readonly scopes: string;
  readonly password: string;
}

/** What the form begins with: nothing, or what a user is. */
export function valuesOf(user: User | undefined): UserValues {
  const { email = '', name = '', role = 'operator', scopes = [] } = user ?? {};
  return { email, name, role, scopes: scopes.join('\n'), password: '' };
}

/** The body that adds a user; without a name, the server takes what stands before the @. */
export function newUserOf({ email, name, role, scopes, password }: UserValues): Schemas['NewUser'] {
  const named = name.trim() === '' ? {} : { name: name.trim() };
  return { email: email.trim(), role, scopes: scopesOf(scopes), password, ...named };
}

/** The body that changes a user: what differs. */
export function patchOf(user: User, values: UserValues): Schemas['UserPatch'] {
  const { role, password } = values;
  const [email, name, scopes] = [
    values.email.trim(),
    values.name.trim(),
    scopesOf(values.scopes),
  ] as const;
  return {
    ...(email === user.email ? {} : { email }),
    ...(name === user.name ? {} : { name }),
    ...(role === user.role ? {} : { role }),
    ...(areSameScopes(scopes, user.scopes) ? {} : { scopes }),
    ...(password === '' ? {} : { password }),
  };
}
