import { type RequestHandler, type Response } from 'express';
import helmet from 'helmet';

/**
 * The headers that helmet sets: constant ones, so they are read from it once. Its dozen middlewares cost
 * every request some 2 % of the processor.
 */
export function securityHeaders(): RequestHandler {
  const headers: [name: string, value: string][] = [];
  const recorder = {
    setHeader: (name: string, value: string) => headers.push([name, value]),
    removeHeader: () => undefined,
  };
  const middleware = helmet({
    // Otherwise the API page of a server reached over plain HTTP would load its scripts over HTTPS.
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  }) as (request: object, response: object, next: (error?: unknown) => void) => void;
  middleware({}, recorder, (error?: unknown) => {
    if (error !== undefined) throw error as Error;
  });
  return (_request, response: Response, next) => {
    response.removeHeader('X-Powered-By');
    for (const [name, value] of headers) response.setHeader(name, value);
    next();
  };
}
