import { type NextFunction, type Request, type RequestHandler, type Response } from 'express';

/**
 * Takes the path under which a proxy serves this server off each request, so that routes, logs and answers know
 * nothing of it. A request without it is as good: the proxy may have taken it off already.
 */
export function stripBasePath(base: string): RequestHandler {
  return (request: Request, _response: Response, next: NextFunction) => {
    const rest = pathUnder(base, request.url);
    if (rest !== undefined) {
      request.url = rest;
      request.originalUrl = rest;
    }
    next();
  };
}

/** The path below the base; undefined where it is not below it. */
function pathUnder(base: string, url: string): string | undefined {
  if (!url.startsWith(base)) return undefined;
  const rest = url.slice(base.length);
  if (rest === '' || rest.startsWith('?')) return `/${rest}`;
  return rest.startsWith('/') ? rest : undefined;
}
