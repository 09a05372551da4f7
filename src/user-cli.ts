import { parseArgs } from 'node:util';
import { runCommand } from './command.process.js';
import { readPassword } from './users/passwords/password-prompt.js';
import {
  CommandError,
  parseUserCommand,
  runUserCommand,
  USAGE,
  UsageError,
  type UserCommand,
} from './users/commands/user-commands.js';

function read(): UserCommand | undefined {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      role: { type: 'string' },
      scope: { type: 'string', multiple: true },
      help: { type: 'boolean', short: 'h' },
    },
  });
  return values.help === true ? undefined : parseUserCommand(positionals, values);
}

/** At a terminal it is typed twice, because it is not shown. */
async function askPassword(email: string): Promise<string> {
  const terminal = { input: process.stdin, prompts: process.stderr };
  const password = await readPassword(`Password of ${email}: `, terminal);
  if (!process.stdin.isTTY) {
    if (password !== '') return password;
    throw new CommandError('There is no password: write it as the first line of standard input.');
  }
  if (password !== (await readPassword('Once more: ', terminal))) {
    throw new CommandError('The two passwords differ.');
  }
  return password;
}

/** `npm run user`: manages users from the command line. */
process.exitCode = await runCommand({
  usage: USAGE,
  options: '--role, --scope and --help',
  read,
  load: async () => {
    const [{ UsersModule }, { UsersService }, { CredentialsService }] = await Promise.all([
      import('./users/users.module.js'),
      import('./users/api/users.service.js'),
      import('./users/model/credentials.service.js'),
    ]);
    return {
      modules: [UsersModule],
      run: async (app, command) => ({
        output: await runUserCommand(
          command,
          { users: app.get(UsersService), credentials: app.get(CredentialsService) },
          () => askPassword(command.email),
        ),
      }),
    };
  },
  usageError: UsageError,
  expectedError: CommandError,
});
