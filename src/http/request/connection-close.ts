import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';

/** How much is still read after the last answer, in bytes, and for how long, in ms. */
const LINGER_BYTES = 1024 * 1024;
const LINGER_MS = 2000;

const lingering = new WeakSet<Socket>();

/**
 * Makes the connection of a request end after its answer, even if a part of the body is unread. Returns a
 * function that undoes this. Node would read the whole body to keep the connection. Closing at once, while
 * the client still sends, would reset the connection, and the client could miss the answer.
 */
export function closeAfterAnswer(request: IncomingMessage, response: ServerResponse): () => void {
  const { socket } = request;
  const { shouldKeepAlive } = response;
  const close = socket.destroySoon.bind(socket);
  response.shouldKeepAlive = false;
  // Node calls this after the last answer of a connection.
  socket.destroySoon = () => {
    if (request.complete) {
      close();
    } else {
      request.resume();
      linger(socket);
    }
  };
  return () => {
    response.shouldKeepAlive = shouldKeepAlive;
    socket.destroySoon = close;
  };
}

/** Ends our side of a connection, and reads a little more, so that the client can see the answer. */
export function linger(socket: Socket): void {
  lingering.add(socket);
  let left = LINGER_BYTES;
  // The listener takes the socket over from Node's parser, which must be reading again by then.
  setImmediate(() =>
    socket.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) socket.destroy();
    }),
  );
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => clearTimeout(timer));
  socket.on('error', () => undefined);
  socket.end();
}

/** Whether the last answer of a connection was sent; further input is ignored. */
export function isLingering(socket: Socket): boolean {
  return lingering.has(socket);
}
