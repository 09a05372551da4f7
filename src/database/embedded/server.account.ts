import { readFileSync } from 'node:fs';
import { EmbeddedPostgresError } from './embedded-postgres.error.js';

/** The account that PostgreSQL runs as. */
export interface ServerAccount {
  readonly uid: number;
  readonly gid: number;
}

/** This process's own account: files it makes belong to it. */
export function ownAccount(): ServerAccount {
  return { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
}

/** The account of a new server: our own, or an unprivileged one when we are root. */
export function serverAccount(): ServerAccount {
  const own = ownAccount();
  return own.uid === 0 ? unprivilegedAccount(readFileSync('/etc/passwd', 'utf8')) : own;
}

/** PostgreSQL refuses to run as root: `postgres` or else `nobody` from the text of /etc/passwd. */
export function unprivilegedAccount(passwd: string): ServerAccount {
  const entries = passwd.split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const entry = entries.find((fields) => fields[0] === name);
    // Unsigned: macOS writes the identity of nobody as -2.
    const uid = Number(entry?.[2] ?? Number.NaN) >>> 0;
    const gid = Number(entry?.[3] ?? Number.NaN) >>> 0;
    if (uid !== 0 && gid !== 0) return { uid, gid };
  }
  throw new EmbeddedPostgresError(
    'PostgreSQL refuses to run as root, and this machine has neither a user postgres nor a user nobody: start the application as a normal user, or set DATABASE_URL.',
  );
}
