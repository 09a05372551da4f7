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
export class UnreadableBoxError extends ConflictError {
  constructor(why: 'unknown key' | 'damaged') {
    super(
      'WEBHOOK_UNREADABLE',
      why === 'damaged'
        ? 'What is stored of the webhook is damaged: rotate its secret and set its headers again.'
        : 'The webhook was encrypted with a key that WEBHOOK_ENCRYPTION_KEY does not hold: add that key to the end of the setting, or rotate the secret and set the headers again.',
    );
  }
}

/** 404: also for one that the caller may not see. */
export function webhookNotFound(): NotFoundError {
  return new NotFoundError('WEBHOOK_NOT_FOUND', 'There is no webhook with this id.');
}
