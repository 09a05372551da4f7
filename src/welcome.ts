import { resolve } from 'node:path';
import { type Secrets } from './config/secrets.js';

/**
 * What a developer sees after the start: ten lines with the address, how to sign in, and what to paste to
 * press a button. It names the file of the password and never the password.
 */
export function welcome(
  address: string,
  secrets: Secrets,
  nextActionId: string | undefined,
  hasConsole = false,
): string {
  const { admin, adminPasswordFile } = secrets;
  const lines = [
    hasConsole
      ? `Open ${address} in a browser for the console (Ctrl+C stops the server).`
      : `Next best actions are served at ${address}/api (Ctrl+C stops the server).`,
    `API page: ${address}/api/docs`,
  ];
  if (admin) {
    const file = adminPasswordFile === undefined ? undefined : resolve(adminPasswordFile);
    const password = file === undefined ? '$ADMIN_PASSWORD' : `$(cat ${quoted(file)})`;
    lines.push(
      `Sign in as ${admin.email}; the password is in ${file ?? 'ADMIN_PASSWORD'}`,
      '',
      'In another terminal, sign in and press a button:',
      `  TOKEN=$(curl -s ${address}/api/auth/login -H 'Content-Type: application/json' \\`,
      `    -d "{\\"email\\":\\"${admin.email}\\",\\"password\\":\\"${password}\\"}" \\`,
      `    | cut -d '"' -f 4)`,
      ...(nextActionId === undefined
        ? [`  curl -s ${address}/api/next-actions -H "Authorization: Bearer $TOKEN"`]
        : [
            `  curl -s ${address}/api/next-actions/${nextActionId}/execute -H "Authorization: Bearer $TOKEN" \\`,
            `    -H 'Content-Type: application/json' -d '{"actionKey":"snooze_1d"}'`,
          ]),
    );
  }
  return `\n${lines.join('\n')}\n\n`;
}

/** A stream that may be a terminal. */
interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/**
 * Shows the welcome: in a terminal on standard output, after the log; otherwise on standard error, so that
 * standard output has only JSON lines.
 */
export function showWelcome(
  text: string,
  output: Output = process.stdout,
  errors: Output = process.stderr,
): void {
  (output.isTTY === true ? output : errors).write(text);
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
