import { parseCookie } from 'cookie';
import { type Request, type Response } from 'express';

/** Name of the cookie of a session. */
export const SESSION_COOKIE = 'nba_session';

/** The value of the cookie of a session, if the request has one. */
export function sessionCookieOf({ headers: { cookie } }: Request): string | undefined {
  return cookie === undefined ? undefined : parseCookie(cookie)[SESSION_COOKIE];
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
