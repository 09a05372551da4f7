import { parseCookie } from 'cookie';
import { type Request, type Response } from 'express';

/** Name of the cookie of a session. */
export const SESSION_COOKIE = 'nba_session';

/** What is sent for cookies that contradict each other: no session has this value. */
const CONTRADICTORY = '';

/**
 * The value of the cookie of a session, if the request has one. Two values are no session: another server of
 * the same domain may have set one of them, to sign the browser in as somebody else. Source: RFC 6265, 8.6.
 */
export function sessionCookieOf({ headers: { cookie } }: Request): string | undefined {
  if (cookie === undefined) return undefined;
  const values = cookie
    .split(';')
    .map((pair) => parseCookie(pair)[SESSION_COOKIE])
    .filter((value) => value !== undefined);
  return new Set(values).size > 1 ? CONTRADICTORY : values[0];
}

/**
 * Where the cookie is sent: to this server alone, out of reach of scripts and of other sites, and over TLS
 * alone where the server is reached by TLS. It ends with the browser, or on the server after 12 hours
 * without use.
 */
function attributes(secure: boolean) {
  return { httpOnly: true, sameSite: 'strict', path: '/', secure } as const;
}

export function setSessionCookie(response: Response, value: string, secure: boolean): void {
  response.cookie(SESSION_COOKIE, value, attributes(secure));
}

export function clearSessionCookie(response: Response, secure: boolean): void {
  response.clearCookie(SESSION_COOKIE, attributes(secure));
}
