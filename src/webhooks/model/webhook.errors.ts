import { ConflictError, NotFoundError } from '../../kernel/errors/domain-error.js';

/** 409: webhooks need a setting that is not set. */
export class EncryptionKeyMissingError extends ConflictError {
  constructor() {
    super(
      'WEBHOOKS_NOT_CONFIGURED',
      'Webhooks need WEBHOOK_ENCRYPTION_KEY, which is not set on this server: it encrypts the secrets of endpoints.',
    );
  }
}

/** What a key of WEBHOOK_ENCRYPTION_KEY encrypted can't be decrypted. */
export class UnreadableBoxError extends Error {
  constructor(why: 'unknown key' | 'damaged', cause?: unknown) {
    super(
      why === 'damaged'
        ? 'The secret of the endpoint is damaged: make the endpoint again.'
        : 'The secret of the endpoint was encrypted with a key that WEBHOOK_ENCRYPTION_KEY does not hold: add that key to the end of the setting, or make the endpoint again.',
      cause === undefined ? undefined : { cause },
    );
    this.name = 'UnreadableBoxError';
  }
}

export function endpointNotFound(): NotFoundError {
  return new NotFoundError('WEBHOOK_NOT_FOUND', 'There is no webhook with this id.');
}
