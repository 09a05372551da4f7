import { columnsOf, type RowOf } from '../../database/sql/columns.js';
import { type SecretBox } from './secret-box.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';

/** What a try reads of an endpoint, for the select list of a statement. */
export const SENDABLE_COLUMNS = columnsOf(WebhookEndpoint).only(
  'id',
  'url',
  'headersBox',
  'secretBox',
  'previousSecretBox',
  'previousSecretUntil',
);

/** An endpoint as a try reads it. It stays encrypted until it is sent to. */
export type SendableEndpoint = RowOf<typeof SENDABLE_COLUMNS>;

/** What is secret of an endpoint. */
export interface EndpointSecrets {
  /** One or, for a day after a rotation, two: the newest first. */
  readonly signing: readonly string[];
  /** Its own headers. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Decrypts what is secret of an endpoint. Throws UnreadableBoxError, which names the setting. */
export function secretsOf(endpoint: SendableEndpoint, box: SecretBox, now: Date): EndpointSecrets {
  const { id, secretBox, previousSecretBox, previousSecretUntil, headersBox } = endpoint;
  const previous = previousSecretUntil && previousSecretUntil > now ? previousSecretBox : null;
  const boxes = previous ? [secretBox, previous] : [secretBox];
  return {
    signing: boxes.map((each) => box.open(id, 'secret', each)),
    headers: headersBox
      ? (JSON.parse(box.open(id, 'headers', headersBox)) as Record<string, string>)
      : {},
  };
}
