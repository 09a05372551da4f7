import { DomainError, InvalidRequestError } from '../../kernel/errors/domain-error.js';

/** When a caller with too many streams may try again, in seconds. */
const RETRY_AFTER = 30;

/** 400: an id that this API did not give. */
export class EventIdInvalidError extends InvalidRequestError {
  constructor(field: string) {
    super(
      'EVENT_ID_INVALID',
      'The id is not one of an event of this stream, or a cursor of the list in commit order with the same filters. Start again without it.',
      { errors: [{ field, message: `${field} is not the id of an event` }] },
    );
  }
}

/** 429: the caller has as many streams open on this server as it may have. */
export class TooManyStreamsError extends DomainError {
  constructor(limit: number) {
    super(
      'TOO_MANY_STREAMS',
      429,
      `At most ${limit} streams of one caller are open at the same time. Close one, and try again.`,
      { headers: { 'Retry-After': String(RETRY_AFTER) }, logLevel: 'info' },
    );
  }
}
