import { isNativeError } from 'node:util/types';
import { databaseFailureOf, sqlStateOf } from '../../kernel/errors/database-failure.js';
import { redactText } from '../../kernel/redaction/redaction.js';
import { StartError } from '../../config/start-error.js';

/** Where the address comes from, and the address, which holds a password. */
interface Address {
  readonly url: string;
  readonly setting: string;
}

/** How to fix an error of a start, by its SQLSTATE or its system or TLS code. */
const ADVICE: Readonly<Record<string, (place: Place) => string>> = {
  ENOTFOUND: ({ setting, host }) =>
    `${setting} names the host ${host}, which can't be found: correct it.`,
  '28P01': ({ setting, at, user }) =>
    `PostgreSQL at ${at} refuses the password of the user ${user}: correct ${setting}.`,
  '28000': ({ setting, at, user }) =>
    user === ''
      ? `${setting} names no user: write one before its host, as in postgres://user@host/database.`
      : `PostgreSQL at ${at} does not let the user ${user} in: create the role, allow it in pg_hba.conf, or correct ${setting}.`,
  '3D000': ({ setting, at, database }) =>
    `PostgreSQL at ${at} has no database ${database}: create it, or correct ${setting}.`,
  '42501': ({ setting, user }) =>
    `The database user ${user} may not create or change tables: grant it CREATE on the database and its schema, or let ${setting === 'DATABASE_DIRECT_URL' ? setting : 'DATABASE_DIRECT_URL'} name the owner, who migrates.`,
  '25006': ({ at, waited }) =>
    `PostgreSQL at ${at} is read-only${waited}: name the primary, or set it to take writes.`,
  '08P01': ({ at, reason }) =>
    `What answers at ${at} does not take our connection (${reason}): allow DateStyle and TimeZone as startup parameters there, or name PostgreSQL itself.`,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  CERT_HAS_EXPIRED: ({ at }) =>
    `The TLS certificate of PostgreSQL at ${at} has expired: renew it there.`,
  ERR_TLS_CERT_ALTNAME_INVALID: ({ setting, at }) =>
    `The TLS certificate of PostgreSQL at ${at} is for another host name: use that name in ${setting}.`,
  ENOENT: ({ setting, reason }) =>
    `A file that ${setting} names can't be read (${reason}): correct its path.`,
};

function untrusted({ setting, at }: Place): string {
  return `The TLS certificate of PostgreSQL at ${at} is not one that this machine trusts: add sslrootcert=<file of the CA> to ${setting}, or, where nobody can come between, sslmode=no-verify.`;
}

/** Errors without a code. Source: pg lib/connection.js. */
const NO_TLS = 'The server does not support SSL connections';

interface Place {
  readonly setting: string;
  readonly host: string;
  readonly at: string;
  readonly user: string;
  readonly database: string;
  /** How long the start waited, for a sentence; empty where it did not. */
  readonly waited: string;
  /** The error's message, redacted. */
  readonly reason: string;
}

/** Host and port of an address: useful, and not secret. */
export function placeOf({ url }: Address): string {
  const { hostname, port, searchParams } = new URL(url);
  const host = searchParams.get('host') ?? hostname;
  return `${host === '' ? 'localhost' : host}:${port === '' ? '5432' : port}`;
}

/**
 * A StartError that says why the database can't be used and what to do. An error that is not about the
 * database is returned unchanged, because its stack is needed.
 */
export function startErrorOf(error: unknown, address: Address, waitMs = 0): unknown {
  if (error instanceof StartError || !isNativeError(error)) return error;
  const { hostname, username, pathname } = new URL(address.url);
  const place: Place = {
    setting: address.setting,
    host: hostname,
    at: placeOf(address),
    user: decodeURIComponent(username),
    database: decodeURIComponent(pathname.slice(1)),
    waited: waitMs > 0 ? ` after ${Math.round(waitMs / 1000)} s of waiting` : '',
    reason: redactText(error.message),
  };
  const code = codeOf(error);
  // A missing file concerns the database only if the URL names a file (certificate, socket).
  if (code === 'ENOENT' && !/[?&]ssl\w+=/.test(address.url)) return error;
  const advice = code === undefined ? undefined : ADVICE[code];
  if (advice) return new StartError(advice(place), { cause: error });
  if (error.message === NO_TLS) {
    return new StartError(
      `PostgreSQL at ${place.at} does not offer TLS: turn it on there, or take sslmode out of ${address.setting}.`,
      { cause: error },
    );
  }
  const failure = databaseFailureOf(error);
  if (failure === undefined || failure === 'refused') return error;
  return new StartError(
    `PostgreSQL at ${place.at} can't be used${place.waited} (${place.reason}): start it, or correct ${address.setting}.`,
    { cause: error },
  );
}

/** The code of an error, or of the error that TypeORM wrapped. */
function codeOf(error: Error): string | undefined {
  return sqlStateOf(error) ?? sqlStateOf((error as { driverError?: unknown }).driverError);
}
