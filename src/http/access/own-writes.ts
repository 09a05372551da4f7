import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type OwnWrites } from '../../kernel/actor.js';
import { invalidField } from '../../kernel/errors/domain-error.js';
import { formatWalPosition, parseWalPosition } from '../../kernel/wal-position.js';

/**
 * The header of both directions: an answer to a change names the position of its commit, and a read that
 * sends it back includes that change, whichever server and replica answers. Only with a replica.
 */
export const READ_AFTER = 'Read-After';

/** What a client has written so far, as its request says; throws a 400 for a header that is no position. */
export function ownWritesOf(request: IncomingMessage, response: ServerResponse): OwnWrites {
  const sent = request.headers['read-after'];
  const after = sent === undefined ? undefined : parseWalPosition(String(sent));
  if (sent !== undefined && after === undefined) {
    throw invalidField(READ_AFTER, `${READ_AFTER} must be the value of an earlier answer`);
  }
  return {
    after,
    committed: (position) => {
      if (!response.headersSent) response.setHeader(READ_AFTER, formatWalPosition(position));
    },
  };
}
