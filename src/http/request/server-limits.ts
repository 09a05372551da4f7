import { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { type Logger } from 'pino';
import { closeAfterAnswer, isLingering, linger } from './connection-close.js';
import { answerUnreadable } from './unreadable-request.js';

/** Limits of a connection and a request; times in ms. */
export interface ServerLimits {
  readonly keepAliveTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly maxConnections: number;
}

/** Longest interval at which Node checks for requests past their time limit, in ms. */
const CHECK_EVERY_MS = 5000;
/** An unread body of up to this size is read and dropped, which keeps the connection; in bytes. */
const TAKEN_IN_BYTES = 64 * 1024;

/**
 * Limits what clients can use of a server: connections, the time for the headers (408), the time for a
 * whole request (408), and how much of a refused body is read. Answers malformed HTTP with a problem
 * document. Call it before the server listens.
 *
 * The time for the headers may be shorter than the time that an idle connection is kept: Node counts it
 * from the first byte of each request. Source: node_http_parser.cc, ConnectionsList::Expired.
 */
export function limitServer(server: Server, limits: ServerLimits, logger: Logger): void {
  server.maxConnections = limits.maxConnections;
  server.keepAliveTimeout = limits.keepAliveTimeoutMs;
  server.headersTimeout = limits.headersTimeoutMs;
  server.requestTimeout = limits.requestTimeoutMs;
  Object.assign(server, {
    // Options of createServer that Node keeps on the server, and reads from when it listens.
    connectionsCheckingInterval: Math.min(CHECK_EVERY_MS, Math.ceil(limits.headersTimeoutMs / 4)),
    // Node's own answer has no body: see checkRequestHead.
    requireHostHeader: false,
  });

  server.prependListener('request', closeUnlessRead);
  // The body reader says "100 Continue" once a body is wanted; checkRequestHead refuses the others.
  for (const event of ['checkContinue', 'checkExpectation'] as const) {
    server.on(event, (request: IncomingMessage, response: ServerResponse) => {
      server.emit('request', request, response);
    });
  }
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (isLingering(socket)) return;
    if (answerUnreadable(error, socket, logger)) linger(socket);
    else socket.destroy(error);
  });
}

/** Ends the connection after the answer to a request whose large body was not read to the end. */
function closeUnlessRead(request: IncomingMessage, response: ServerResponse): void {
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  if (coding === undefined && (length === undefined || Number(length) <= TAKEN_IN_BYTES)) return;
  request.once('end', closeAfterAnswer(request, response));
}
