import { type Statement } from '../../database/connections/statement.js';

// Prepared SQL, because every request with a token that is not cached runs one of these.

/** The columns of a user that make a principal. The order of the scopes is in the cursors of its lists. */
const USER = `
  users.id, users.name, users.email, users.role,
  ARRAY(SELECT scope FROM access_grants WHERE user_id = users.id ORDER BY scope COLLATE "C") AS scopes`;

/**
 * Whether a user is enabled and signed in by a session. It is null for a token without one, which counts if
 * it was issued before no change of the password.
 */
function isSignedIn(sessionId: string, issuedAt: string): string {
  return `users.disabled_at IS NULL
      AND CASE WHEN ${sessionId} IS NULL
        THEN password_changed_at IS NULL OR password_changed_at < ${issuedAt}
        ELSE EXISTS (SELECT FROM sessions
                     WHERE id = ${sessionId} AND user_id = users.id AND expires_at > now())
      END`;
}

/** A user by id, signed in by the session $2, or by a token without one that was issued at $3. */
export const FIND_USER: Statement = {
  name: 'find_principal_user',
  text: `
    SELECT ${USER}, $2::uuid AS "sessionId"
    FROM users
    WHERE users.id = $1 AND ${isSignedIn('$2::uuid', '$3::timestamptz')}`,
};

/** How old the last use on record may get. */
const USE_AGE = `interval '1 minute'`;

/** An enabled user by the hash of a session's cookie, and whether its use should be recorded. */
export const FIND_SESSION: Statement = {
  name: 'find_principal_session',
  text: `
    SELECT ${USER}, session.id AS "sessionId", session.expires_at AS "expiresAt",
      session.last_used_at < now() - ${USE_AGE} AS "unrecorded"
    FROM sessions AS session JOIN users ON users.id = session.user_id
    WHERE session.token_hash = $1 AND session.expires_at > now() AND users.disabled_at IS NULL`,
};

/** Records the use of a session, which moves its end on; $2 is its length in ms. */
export const USE_SESSION: Statement = {
  name: 'use_session',
  text: `
    UPDATE sessions
    SET last_used_at = now(), expires_at = now() + $2::float8 * interval '1 millisecond'
    WHERE id = $1
    RETURNING expires_at AS "expiresAt"`,
};

/** Whether a service token is neither revoked nor expired. */
const IS_VALID = 'revoked_at IS NULL AND expires_at > now()';

/** A service token by its hash, and whether its use should be recorded. */
export const FIND_SERVICE_TOKEN: Statement = {
  name: 'find_principal_service_token',
  text: `
    SELECT id, name, NULL AS email, role, scopes, NULL AS "sessionId", expires_at AS "expiresAt",
      last_used_at IS NULL OR last_used_at < now() - ${USE_AGE} AS "unrecorded"
    FROM service_tokens
    WHERE token_hash = $1 AND ${IS_VALID}`,
};

/**
 * Those of many callers who may still come in, by their place in the arrays: users as in FIND_USER, and
 * service tokens.
 */
export const RECHECK: Statement = {
  name: 'recheck_principals',
  text: `
    WITH asked AS (
      SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::bool[])
        WITH ORDINALITY AS asked (caller_id, session_id, issued_at, is_service, place))
    SELECT asked.place::int, ${USER}, asked.session_id AS "sessionId"
    FROM asked JOIN users ON users.id = asked.caller_id
    WHERE NOT asked.is_service AND ${isSignedIn('asked.session_id', 'asked.issued_at')}
    UNION ALL
    SELECT asked.place::int, id, name, NULL, role, scopes, NULL
    FROM asked JOIN service_tokens ON id = asked.caller_id
    WHERE asked.is_service AND ${IS_VALID}`,
};

export const USE_SERVICE_TOKEN: Statement = {
  name: 'use_service_token',
  text: 'UPDATE service_tokens SET last_used_at = now() WHERE id = $1',
};
