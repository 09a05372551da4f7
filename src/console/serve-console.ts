import { type NestExpressApplication } from '@nestjs/platform-express';
import { type RequestHandler, type Request, type Response } from 'express';
import { type Logger } from 'pino';
import { type ConsoleFile, PAGE, readConsoleFiles } from './console-files.js';
import { pageUnder } from './page-base.js';

const PAGE_PATH = `/${PAGE}`;

/**
 * The paths that the console shows itself (console/src/pages.tsx); every other path is answered as if there were
 * no console.
 */
const CONSOLE_PATHS =
  /^\/(?:(?:actions\/[^/]+|risk|scores|work-items|leads|effectiveness|jobs|events|webhooks|users|tokens)\/?)?$/;

/**
 * Scripts, styles and requests of this server alone, and no inline script or style. Without
 * `upgrade-insecure-requests`: the console works over plain HTTP, too.
 */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  // The page names the path under which the server is reached.
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join(';');

const A_YEAR_IN_SECONDS = 31_536_000;

interface Options {
  /** Path under which browsers reach this server; empty for the root. */
  readonly base: string;
  readonly logger: Logger;
}

/** Serves the console that is built in `folder`, before the routes of the API; logs one line if there is none. */
export function serveConsole(
  app: NestExpressApplication,
  folder: string,
  { base, logger }: Options,
): void {
  const files = readConsoleFiles(folder);
  const page = files.get(PAGE_PATH);
  if (page) app.use(consoleHandler(files, base === '' ? page : pageUnder(page, base)));
  else logger.warn('the console is not built (npm run build): only the API is served');
}

/** Answers what belongs to the console, and passes on everything else. */
function consoleHandler(
  files: ReadonlyMap<string, ConsoleFile>,
  page: ConsoleFile,
): RequestHandler {
  return (request, response, next) => {
    const { path } = request;
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead || path.startsWith('/api/') || path.startsWith('/health/')) {
      next();
      return;
    }
    const file = path === PAGE_PATH ? undefined : files.get(path);
    if (file) send(file, request, response);
    else if (CONSOLE_PATHS.test(path) && wantsPage(request)) sendPage(page, request, response);
    else next();
  };
}

/** A browser that opens a page says so; a client of the API that accepts anything does not. */
function wantsPage(request: Request): boolean {
  return request.accepts(['application/json', 'text/html']) === 'text/html';
}

function sendPage(page: ConsoleFile, request: Request, response: Response): void {
  response.vary('Accept');
  response.setHeader('Content-Security-Policy', PAGE_POLICY);
  if (!request.secure) {
    // Over plain HTTP a browser ignores them, and writes an error to the console of the page.
    response.removeHeader('Cross-Origin-Opener-Policy');
    response.removeHeader('Origin-Agent-Cluster');
  }
  send(page, request, response);
}

function send(file: ConsoleFile, request: Request, response: Response): void {
  const encoding = request.acceptsEncodings(encodingsOf(file));
  response.vary('Accept-Encoding');
  response.setHeader('Content-Type', file.type);
  const kept = file.hashed ? `public, max-age=${A_YEAR_IN_SECONDS}, immutable` : 'no-cache';
  response.setHeader('Cache-Control', kept);
  let body = file.plain;
  if (encoding === 'br' || encoding === 'gzip') {
    response.setHeader('Content-Encoding', encoding);
    body = file[encoding] ?? file.plain;
  }
  response.setHeader('Content-Length', body.length);
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** In the order of preference of the server, for a client that accepts several alike. */
function encodingsOf({ br, gzip }: ConsoleFile): string[] {
  return [...(br ? ['br'] : []), ...(gzip ? ['gzip'] : []), 'identity'];
}
