import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type OwnWrites } from '../../kernel/actor.js';
import { invalidField } from '../../kernel/errors/domain-error.js';

/**
 * The header of both directions: an answer to a change names the position of its commit, and a read that
 * sends it back includes that change, whichever server and replica answers. Only with a replica.
 */
export const READ_AFTER = 'Read-After';

/** The form of a position. Source: PostgreSQL documentation, "pg_lsn type". */
export const READ_AFTER_FORM = /^[0-9A-Fa-f]{1,8}\/[0-9A-Fa-f]{1,8}$/;

/** What a client has written so far, as its request says; throws a 400 for a header that is no position. */
export function ownWritesOf(request: IncomingMessage, response: ServerResponse): OwnWrites {
  const after = request.headers['read-after'];
  if (after !== undefined && !(typeof after === 'string' && READ_AFTER_FORM.test(after))) {
    throw invalidField(READ_AFTER, `${READ_AFTER} must be the value of an earlier answer`);
  }
  return {
    after,
    committed: (position) => {
      if (!response.headersSent) response.setHeader(READ_AFTER, position);
    },
  };
}
