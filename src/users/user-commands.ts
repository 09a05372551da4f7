import { EMAIL_MAX, isEmailAddress } from '../config/email-address.js';
import { passwordProblem } from '../config/secret-strength.js';
import { USER_ROLES, type UserRole } from './user.entity.js';
import { type Credentials, normalizeEmail, type UsersService } from './users.service.js';

/** A parsed command. */
export interface UserCommand {
  readonly name: 'add' | 'password' | 'disable' | 'enable' | 'list';
  /** Empty for `list`. */
  readonly email: string;
  readonly role: UserRole;
}

/** The command line is wrong; the message is one sentence. */
export class UsageError extends Error {}

/** A command failed; the message is one sentence. */
export class CommandError extends Error {}

export const USAGE = `Usage: npm run user -- <command>

  add <email> [--role admin|operator]   add a user (role: operator)
  password <email>                      give a user another password
  disable <email>                       shut a user out, tokens included
  enable <email>                        let a disabled user in again
  list                                  show every user

A password is asked for, or read from standard input: never from the command line.
The database is that of DATABASE_URL, else the embedded one in DATA_DIR.
`;

const NAMES = ['add', 'password', 'disable', 'enable', 'list'] as const;

/** Reads the arguments of the command line; throws UsageError. */
export function parseUserCommand(
  positionals: readonly string[],
  role: string | undefined,
): UserCommand {
  const [typed, email = '', ...rest] = positionals;
  const name = NAMES.find((candidate) => candidate === typed);
  if (!name) throw new UsageError(`The command must be one of ${NAMES.join(', ')}.`);
  if (rest.length > 0) {
    throw new UsageError(
      `${name} takes nothing after the e-mail address: a password is asked for, or read from standard input.`,
    );
  }
  if (role !== undefined && name !== 'add') throw new UsageError(`${name} takes no --role.`);
  const known = USER_ROLES.find((candidate) => candidate === (role ?? 'operator'));
  if (!known) throw new UsageError(`--role must be one of ${USER_ROLES.join(', ')}.`);
  if (name === 'list') {
    if (email !== '') throw new UsageError('list takes no e-mail address.');
  } else if (!isEmailAddress(email)) {
    throw new UsageError(`${name} needs an e-mail address of at most ${EMAIL_MAX} characters.`);
  }
  return { name, email: normalizeEmail(email), role: known };
}

/** Runs a command and returns its output; throws CommandError. */
export async function runUserCommand(
  command: UserCommand,
  users: UsersService,
  askPassword: () => Promise<string>,
): Promise<string> {
  const { name, email, role } = command;
  switch (name) {
    case 'list':
      return listing(users);
    case 'add': {
      if (await users.findByEmail(email)) throw taken(email);
      const password = await acceptable(askPassword, email);
      if (!(await users.create(email, password, role))) throw taken(email);
      return `Added ${email} as ${role}.`;
    }
    case 'password': {
      const { id } = await known(users, email);
      await users.setPassword(id, await acceptable(askPassword, email));
      return `Changed the password of ${email}. Tokens that were issued before go on until they expire.`;
    }
    case 'disable':
    case 'enable': {
      const { id } = await known(users, email);
      await users.setDisabled(id, name === 'disable');
      return name === 'disable' ? `Disabled ${email}.` : `Enabled ${email}.`;
    }
  }
}

async function known(users: UsersService, email: string): Promise<Credentials> {
  const user = await users.findByEmail(email);
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

async function listing(users: UsersService): Promise<string> {
  const rows = (await users.list()).map(({ email, role, disabled, createdAt }) => [
    email,
    role,
    disabled ? 'disabled' : 'active',
    createdAt.toISOString(),
  ]);
  const table = [['E-MAIL', 'ROLE', 'STATE', 'CREATED'], ...rows];
  const widths = [0, 1, 2].map((column) =>
    Math.max(...table.map((row) => (row[column] ?? '').length)),
  );
  return table
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .join('\n');
}
