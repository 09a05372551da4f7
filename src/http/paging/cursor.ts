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

  /** The position in a cursor; throws a 400 unless it was sealed here for this binding, or one of the others. */
  open(binding: string, cursor: string, others: readonly string[] = []): (string | number)[] {
    const position = this.find([binding, ...others], cursor);
    if (position) return position;
    throw new InvalidRequestError(
      'CURSOR_INVALID',
      'The cursor is not one that this list answered with for the same filters. Start again without it.',
      {
        errors: [{ field: 'cursor', message: 'is not a cursor of this list and these filters' }],
      },
    );
  }

  /** The position in a cursor that was sealed here for one of these bindings; undefined for any other text. */
  find(bindings: readonly string[], cursor: string): (string | number)[] | undefined {
    const [payload = '', signature = '', ...rest] = cursor.split('.');
    const given = Buffer.from(signature, 'base64url');
    const canonical = given.toString('base64url') === signature && rest.length === 0;
    const sealed = bindings.some((binding) => {
      const expected = this.sign(binding, payload);
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
    if (!canonical || !sealed) return undefined;
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
