import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { InvalidRequestError } from '../../kernel/errors/domain-error.js';

/**
 * Keyset cursors: opaque to the client, signed so that a changed one is a 400, and bound to the filters
 * they were made for.
 */
export class CursorCodec {
  private readonly key: Buffer;

  constructor(secret: string) {
    this.key = createHash('sha256').update(`cursor:${secret}`).digest();
  }

  /** Seals a position; `binding` names the list and its filters. */
  seal(binding: string, position: readonly (string | number)[]): string {
    const payload = Buffer.from(JSON.stringify(position)).toString('base64url');
    return `${payload}.${this.sign(binding, payload).toString('base64url')}`;
  }

  /** The position in a cursor; throws a 400 unless it was sealed here for this list and its filters. */
  open(binding: string, cursor: string): (string | number)[] {
    const [payload = '', signature = '', ...rest] = cursor.split('.');
    const given = Buffer.from(signature, 'base64url');
    const expected = this.sign(binding, payload);
    const canonical = given.toString('base64url') === signature && rest.length === 0;
    if (!canonical || given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new InvalidRequestError(
        'CURSOR_INVALID',
        'The cursor is not one that this list answered with for the same filters. Start again without it.',
        {
          errors: [{ field: 'cursor', message: 'is not a cursor of this list and these filters' }],
        },
      );
    }
    return JSON.parse(Buffer.from(payload, 'base64url').toString()) as (string | number)[];
  }

  private sign(binding: string, payload: string): Buffer {
    return createHmac('sha256', this.key)
      .update(binding)
      .update('\n')
      .update(payload)
      .digest()
      .subarray(0, 16);
  }
}
