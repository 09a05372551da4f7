import { EMAIL_MAX, isEmailAddress } from '../../config/email-address.js';
import { passwordProblem } from '../../config/secret-strength.js';

import { SYSTEM_ACTOR } from '../../kernel/actor.js';
import { DomainError } from '../../kernel/errors/domain-error.js';
import { type Role, ROLES } from '../../kernel/permissions.js';
import { ScopeFilter } from '../../kernel/scope.js';
import { type ListedUser } from '../api/users.dto.js';
import { type UsersService } from '../api/users.service.js';
import { type Credentials, type CredentialsService } from '../model/credentials.service.js';
import { normalizeEmail } from '../model/email.js';

/** A parsed command. */
export interface UserCommand {
  readonly name: 'add' | 'password' | 'disable' | 'enable' | 'list';
  /** Empty for `list`. */
  readonly email: string;
  readonly role: Role;
  readonly scopes: readonly string[];
}

/** The command line is wrong; the message is one sentence. */
export class UsageError extends Error {}

/** A command failed; the message is one sentence. */
export class CommandError extends Error {}

export const USAGE = `Usage: npm run user -- <command>

  add <email> [--role viewer|operator|admin] [--scope <scope>]…
                      add a user (role: operator; scope: *, all of them)
  password <email>    give a user another password, which ends all sessions
  disable <email>     shut a user out, tokens included
  enable <email>      let a disabled user in again
  list                show every user

A scope is *, all of a type such as account/*, or one such as account/acme.

A password is asked for, or read from standard input: never from the command line.
The database is that of DATABASE_URL, else the embedded one in DATA_DIR.
`;

const NAMES = ['add', 'password', 'disable', 'enable', 'list'] as const;

/** Reads the arguments of the command line; throws UsageError. */
export function parseUserCommand(
  positionals: readonly string[],
  { role, scope }: { readonly role?: string | undefined; readonly scope?: string[] | undefined },
): UserCommand {
  const [typed, email = '', ...rest] = positionals;
  const name = NAMES.find((candidate) => candidate === typed);
  if (!name) throw new UsageError(`The command must be one of ${NAMES.join(', ')}.`);
  if (rest.length > 0) {
    throw new UsageError(
      `${name} takes nothing after the e-mail address: a password is asked for, or read from standard input.`,
    );
  }
  if (name !== 'add') {
    if (role !== undefined) throw new UsageError(`${name} takes no --role.`);
    if (scope !== undefined) throw new UsageError(`${name} takes no --scope.`);
  }
  const known = ROLES.find((candidate) => candidate === (role ?? 'operator'));
  if (!known) throw new UsageError(`--role must be one of ${ROLES.join(', ')}.`);
  if (name === 'list') {
    if (email !== '') throw new UsageError('list takes no e-mail address.');
  } else if (!isEmailAddress(email)) {
    throw new UsageError(`${name} needs an e-mail address of at most ${EMAIL_MAX} characters.`);
  }
  const scopes = scope ?? ['*'];
  const wrong = scopes.find((text) => ScopeFilter.parse(text) === undefined);
  if (wrong !== undefined) {
    throw new UsageError(
      `--scope must be *, a type such as account/*, or a scope such as account/acme.`,
    );
  }
  return { name, email: normalizeEmail(email), role: known, scopes };
}

/** What the commands work with. */
export interface UserCommandServices {
  readonly users: UsersService;
  readonly credentials: CredentialsService;
}

/** Runs a command and returns its output; throws CommandError. */
export async function runUserCommand(
  command: UserCommand,
  services: UserCommandServices,
  askPassword: () => Promise<string>,
): Promise<string> {
  try {
    return await carryOut(command, services, askPassword);
  } catch (error) {
    throw error instanceof DomainError && error.status < 500
      ? new CommandError(error.message)
      : error;
  }
}

async function carryOut(
  { name, email, role, scopes }: UserCommand,
  { users, credentials }: UserCommandServices,
  askPassword: () => Promise<string>,
): Promise<string> {
  switch (name) {
    case 'list':
      return listing(users);
    case 'add': {
      if (await credentials.findByEmail(email)) throw taken(email);
      const password = await acceptable(askPassword, email);
      await users.create({ email, password, role, scopes: [...scopes] }, SYSTEM_ACTOR);
      return `Added ${email} as ${role} of ${scopes.join(', ')}.`;
    }
    case 'password': {
      const { id } = await known(credentials, email);
      const password = await acceptable(askPassword, email);
      await users.change(id, { password }, SYSTEM_ACTOR);
      return `Changed the password of ${email}. All sessions ended.`;
    }
    case 'disable':
    case 'enable': {
      const { id } = await known(credentials, email);
      await users.change(id, { disabled: name === 'disable' }, SYSTEM_ACTOR);
      return name === 'disable' ? `Disabled ${email}.` : `Enabled ${email}.`;
    }
  }
}

async function known(credentials: CredentialsService, email: string): Promise<Credentials> {
  const user = await credentials.findByEmail(email);
  if (!user) throw new CommandError(`There is no user with the e-mail address ${email}.`);
  return user;
}

async function acceptable(askPassword: () => Promise<string>, email: string): Promise<string> {
  const password = await askPassword();
  const problem = await passwordProblem(password, [email]);
  if (problem !== undefined) throw new CommandError(`The password ${problem}.`);
  return password;
}

function taken(email: string): CommandError {
  return new CommandError(
    `There is a user with the e-mail address ${email} already: use "password" to change the password.`,
  );
}

const HEADINGS = ['E-MAIL', 'ROLE', 'STATE', 'SCOPES', 'CREATED', 'LAST SIGN-IN'];

async function listing(users: UsersService): Promise<string> {
  const table = [HEADINGS];
  for (let cursor: string | undefined, more = true; more;) {
    const query = { pageSize: 100, ...(cursor === undefined ? {} : { cursor }) };
    const { items, pagination } = await users.list(query, SYSTEM_ACTOR);
    table.push(...items.map(rowOf));
    more = pagination.nextCursor !== null;
    cursor = pagination.nextCursor ?? undefined;
  }
  const widths = HEADINGS.map((_, column) =>
    Math.max(...table.map((row) => (row[column] ?? '').length)),
  );
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function rowOf({ email, role, disabled, scopes, createdAt, lastSignInAt }: ListedUser): string[] {
  return [
    email,
    role,
    disabled ? 'disabled' : 'active',
    scopes.join(','),
    createdAt.toISOString(),
    lastSignInAt?.toISOString() ?? 'never',
  ];
}
