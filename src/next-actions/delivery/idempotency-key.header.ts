import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type Request } from 'express';
import { invalidField } from '../../kernel/errors/domain-error.js';

/** The `Idempotency-Key` header: 1 to 255 visible ASCII characters; throws a 400 for any other. */
export const IdempotencyKey = createParamDecorator(
  (_: unknown, context: ExecutionContext): string | undefined => {
    const key = context.switchToHttp().getRequest<Request>().headers['idempotency-key'];
    if (key === undefined) return undefined;
    if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
    throw invalidField(
      'Idempotency-Key',
      'Idempotency-Key must be 1 to 255 visible ASCII characters',
    );
  },
);
