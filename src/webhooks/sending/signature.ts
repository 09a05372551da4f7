import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** A new secret: `whsec_` and 32 random bytes. Source: Standard Webhooks, signature scheme. */
export function newSigningSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** What a receiver verifies: the id of the message, the time in seconds, and a signature by each secret. */
export function signatureHeaders(
  { id, body, now }: { readonly id: string; readonly body: string; readonly now: Date },
  secrets: readonly string[],
): Readonly<Record<`webhook-${string}`, string>> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': secrets.map((each) => new Webhook(each).sign(id, now, body)).join(' '),
  };
}
