import { ConflictError, NotFoundError } from '../../kernel/errors/domain-error.js';

export function deliveryNotFound(): NotFoundError {
  return new NotFoundError(
    'WEBHOOK_DELIVERY_NOT_FOUND',
    'This webhook has no delivery with this id.',
  );
}

export function webhookDisabled(): ConflictError {
  return new ConflictError(
    'WEBHOOK_DISABLED',
    'The webhook is disabled: enable it first, and then send again.',
  );
}
