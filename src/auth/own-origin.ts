import { type Request } from 'express';
import { DomainError } from '../kernel/errors/domain-error.js';

/** The methods that change nothing. Source: RFC 9110, 9.2.1. */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A host with an optional port: nothing that a URL takes as a user, a path or a query. */
const HOST = /^[^\s/?#@\\]+$/;

/**
 * The origin at which this server is reached: PUBLIC_URL, else what the request or a trusted proxy says. As a
 * browser writes it: in lower case, without the port of the scheme, which some proxies forward. Undefined for
 * a request without a valid host.
 */
export function originOf(request: Request, publicUrl: string | undefined): string | undefined {
  if (publicUrl !== undefined) return new URL(publicUrl).origin;
  const { host } = request as { readonly host?: string };
  if (host === undefined || !HOST.test(host)) return undefined;
  const reached = `${isSecure(request, publicUrl) ? 'https' : 'http'}://${host}`;
  return URL.canParse(reached) ? new URL(reached).origin : undefined;
}

/** Whether this server is reached by TLS. */
export function isSecure(request: Request, publicUrl: string | undefined): boolean {
  return publicUrl === undefined ? request.secure : new URL(publicUrl).protocol === 'https:';
}

/**
 * Throws a 403 unless a change comes from a page of this server: a browser sends the cookie with what other
 * pages ask for, too, and says by `Origin` or `Sec-Fetch-Site` who asked. Source: OWASP, Cross-Site Request
 * Forgery Prevention Cheat Sheet, "Verifying origin with standard headers".
 */
export function assertOwnOrigin(request: Request, publicUrl: string | undefined): void {
  if (SAFE_METHODS.has(request.method)) return;
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const own =
    origin === undefined ? site === 'same-origin' : origin === originOf(request, publicUrl);
  if (own) return;
  throw new DomainError(
    'ORIGIN_REFUSED',
    403,
    'A change by cookie must come from a page of this server: send its Origin, or use a bearer token.',
    { logLevel: 'info' },
  );
}
